import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { nextFrom, startChild } from "../child-service";
import { collectGarbage } from "../collect-garbage";
import { type Embedded, type FlowNode, startEmbedded } from "../embedded";
import { rest, takenBy } from "../rest";
import { sinkNode } from "../sink-node";
import { falClientNode, minimalNodes, parameters, prompt, selfMade } from "./contenders";

/** Messages in flight at any time. */
const IN_FLIGHT = 16;

/** A running Node-RED with all contenders in one flow, and the service that answers them in a process of its own. */
export interface BenchFlow {
  /** Has a contender make pictures, sixteen at a time. @returns microseconds of CPU time per job. */
  run(contender: string, jobs: number): Promise<number>;
  stop(): Promise<void>;
}

const ourNode = (id: string, account: string, more: object = {}): FlowNode => ({
  id,
  z: "tab",
  type: "runware-flux-srpo",
  version: 1,
  account,
  params: Object.fromEntries(
    Object.entries({ ...parameters, deliveryMethod: "sync" }).map(([name, value]) => [name, typed(value)]),
  ),
  ...more,
  wires: [["out"]],
});

const typed = (value: unknown) =>
  typeof value === "string"
    ? { type: "str", value }
    : typeof value === "number"
      ? { type: "num", value: String(value) }
      : { type: "json", value: JSON.stringify(value) };

const ourAccount = (id: string, type: string, addresses: object, journal: boolean): FlowNode => ({
  id,
  type,
  environment: "production",
  ...addresses,
  concurrency: 64,
  line: 1000,
  journal,
});

export async function startBenchFlow(): Promise<BenchFlow> {
  const child = startChild(join(__dirname, "answerer.ts"));
  const url = await nextFrom<string>(child);
  const runware = { baseUrl: `${url}/v1` };
  const fal = { queueUrl: `${url}/fal/queue`, runUrl: `${url}/fal/run`, restUrl: `${url}/fal/rest` };
  const nodes: FlowNode[] = [
    { id: "tab", type: "tab" },
    { id: "caught", z: "tab", type: "catch", scope: null, wires: [["out"]] },
    { id: "out", z: "tab", type: "bench-sink", wires: [] },
    { id: "minimal", z: "tab", type: "bench-minimal", wires: [["out"]] },
    { id: "minimal base64", z: "tab", type: "bench-minimal-base64", wires: [["out"]] },
    { id: "fal client", z: "tab", type: "bench-fal-client", wires: [["out"]] },
    ...selfMade("self-made", url, "out"),
    ourAccount("unwritten", "runware-account", runware, false),
    ourAccount("written", "runware-account", runware, true),
    ourAccount("fal", "fal-account", fal, false),
    ourNode("journal off", "unwritten"),
    ourNode("journal on", "written"),
    ourNode("pictures", "unwritten", { output: "base64" }),
    {
      id: "fal sync",
      z: "tab",
      type: "fal-flux-srpo",
      version: 1,
      account: "fal",
      delivery: "sync",
      params: { image_size: typed({ width: 1024, height: 768 }), num_inference_steps: typed(28) },
      wires: [["out"]],
    },
  ];
  // Keys that differ have lines of their own.
  const credentials = { unwritten: { apiKey: "off" }, written: { apiKey: "on" }, fal: { apiKey: "fal" } };
  const own = [sinkNode, minimalNodes(url), falClientNode(url)];
  const settings = { functionGlobalContext: { newId: randomUUID } };
  const nodeRed = await startEmbedded(nodes, credentials, own, settings);
  return {
    run: async (contender, jobs) => {
      collectGarbage();
      await rest();
      const { micros } = await takenBy(() => drive(nodeRed, contender, jobs));
      return micros / jobs;
    },
    stop: async () => {
      await nodeRed.stop();
      child.kill();
    },
  };
}

/** Keeps sixteen messages in flight until all have come out. */
function drive(nodeRed: Embedded, contender: string, jobs: number): Promise<void> {
  const node = nodeRed.node(contender);
  const out = nodeRed.node("out");
  let sent = 0;
  let done = 0;
  return new Promise((resolve, reject) => {
    const next = () => {
      sent += 1;
      node.receive({ payload: prompt });
    };
    const arrived = ({ payload, error }: { payload?: unknown; error?: unknown }) => {
      if (error !== undefined || typeof payload !== "string")
        reject(new Error(`${contender}: no picture, ${JSON.stringify(error)}`));
      done += 1;
      if (sent < jobs) next();
      if (done < jobs) return;
      out.off("input", arrived);
      resolve();
    };
    out.on("input", arrived);
    for (let first = 0; first < IN_FLIGHT; first += 1) next();
  });
}
