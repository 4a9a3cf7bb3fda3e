import { rmSync } from "node:fs";
import { collectGarbage } from "../collect-garbage";
import { type Embedded, type FlowNode, startEmbedded } from "../embedded";
import { peakMemory } from "../peak-memory";
import { sinkNode } from "../sink-node";
import { BUCKET, type Contender, KEYS, type Round } from "./task";

/** Node-RED with one node that stores pictures. Told how many, and of how many bytes, it says what they needed. */
const contender: Contender = JSON.parse(process.argv[2] ?? "");
const { name, pictures, store, atOnce } = contender;

const upload: FlowNode = {
  id: "upload",
  z: "tab",
  type: "flux-s3-upload",
  bucket: "bucket",
  key: { type: "str", value: "{index}.{ext}" },
  concurrency: atOnce,
  allowedHosts: new URL(pictures).host,
  wires: [["stored"]],
};

const nodes: FlowNode[] = [
  { id: "tab", type: "tab" },
  name === "upload" ? upload : { id: "upload", z: "tab", type: "bench-pipe", wires: [["stored"]] },
  { id: "catcher", z: "tab", type: "catch", scope: null, wires: [["stored"]] },
  { id: "stored", z: "tab", type: "bench-sink", wires: [] },
  { id: "bucket", type: "flux-s3-bucket", endpoint: store, bucket: BUCKET, pathStyle: true },
];

const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

function memoryNow(): number {
  collectGarbage();
  return megabytes(process.memoryUsage.rss());
}

async function storeAll({ node }: Embedded, count: number, bytes: number): Promise<void> {
  const arrived = new Promise<{ s3?: object[]; error?: Error }>((resolve) => node("stored").on("input", resolve));
  node("upload").receive({ payload: Array.from({ length: count }, () => `${pictures}/${bytes}`) });
  const { s3, error } = await arrived;
  if (s3?.length !== count) throw new Error(`not all pictures were stored: ${error?.message}`);
}

type Memory = Pick<Round, "started" | "idle">;

async function roundOf(embedded: Embedded, memory: Memory, count: number, bytes: number): Promise<Round> {
  const cpu = process.cpuUsage();
  const begun = process.hrtime.bigint();
  await storeAll(embedded, count, bytes);
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6, ...memory, peak: Math.round(peakMemory()) };
}

async function main(): Promise<void> {
  // It brings the S3 client along, which our own process is to load when it needs it.
  const own = name === "pipe" ? [(await import("./bare-pipe.js")).barePipe(contender), sinkNode] : [sinkNode];
  const embedded = await startEmbedded(nodes, { bucket: KEYS }, own);
  process.once("exit", () => rmSync(embedded.userDir, { recursive: true, force: true }));
  const started = memoryNow();
  // Loads the S3 client, which is a figure of its own.
  await storeAll(embedded, 1, 100);
  const memory = { started, idle: memoryNow() };
  process.on("message", ({ count, bytes }: { count: number; bytes: number }) => {
    roundOf(embedded, memory, count, bytes).then((round) => process.send?.(round));
  });
  process.once("disconnect", () => process.exit());
  process.send?.("ready");
}

main();
