import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FlowNode, helper, type NodeInitializer, type RunningNode } from "../../test/support/helper";
import { barePipe } from "./bare-pipe";
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
  { id: "stored", z: "tab", type: "helper", wires: [] },
  { id: "bucket", type: "flux-s3-bucket", endpoint: store, bucket: BUCKET, pathStyle: true },
];

const built = (type: string): NodeInitializer => require(join(__dirname, "../../dist/nodes", `${type}.js`)).default;

const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

function nodeOf(id: string): RunningNode {
  const node = helper.getNode(id);
  if (!node) throw new Error(`there is no node ${id} in the flow`);
  return node;
}

async function storeAll(count: number, bytes: number): Promise<void> {
  const arrived = once(nodeOf("stored"), "input");
  nodeOf("upload").receive({ payload: Array.from({ length: count }, () => `${pictures}/${bytes}`) });
  const [{ s3, error }] = await arrived;
  if (s3?.length !== count) throw new Error(`not all pictures were stored: ${error?.message}`);
}

async function roundOf(idle: number, count: number, bytes: number): Promise<Round> {
  const cpu = process.cpuUsage();
  const begun = process.hrtime.bigint();
  await storeAll(count, bytes);
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  const peak = megabytes(process.resourceUsage().maxRSS * 1024);
  return { seconds, cpuSeconds: (user + system) / 1e6, idle, peak };
}

async function main(): Promise<void> {
  const userDir = mkdtempSync(join(tmpdir(), "flux-bench-"));
  process.once("exit", () => rmSync(userDir, { recursive: true, force: true }));
  helper.settings({ userDir, flowFile: "flows.json" });
  const types = [barePipe(contender) as NodeInitializer, built("flux-s3-bucket"), built("flux-s3-upload")];
  await helper.load(types, nodes, { bucket: KEYS });
  // Loads the S3 client, which is a figure of its own.
  await storeAll(1, 100);
  globalThis.gc?.();
  const idle = megabytes(process.memoryUsage.rss());
  process.on("message", ({ count, bytes }: { count: number; bytes: number }) => {
    roundOf(idle, count, bytes).then((round) => process.send?.(round));
  });
  process.once("disconnect", () => process.exit());
  process.send?.("ready");
}

main();
