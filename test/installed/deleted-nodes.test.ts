import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../../sandbox";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";
import { untilTold } from "../support/until-told";

interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

/** An HTTP request starts a job that never ends, inside a subflow that packages the node. */
const flowAt = (addresses: object): FlowNode[] => [
  { id: "account", type: "fal-account", environment: "sandbox", ...addresses, cancelAfter: "0" },
  { id: "house", type: "subflow", name: "House style", in: [{ x: 0, y: 0, wires: [{ id: "inside" }] }], out: [] },
  { id: "inside", type: "fal-flux-srpo", z: "house", x: 1, y: 1, account: "account", version: 1, wires: [[]] },
  { id: "tab", type: "tab", label: "Deleted nodes" },
  { id: "in", type: "http in", z: "tab", url: "/run", method: "post", wires: [["prompt", "answer"]] },
  { id: "prompt", type: "change", z: "tab", rules: [{ t: "set", p: "payload", to: "a harbour" }], wires: [["use"]] },
  // Without a place on the canvas Node-RED would take it for a config node.
  { id: "use", type: "subflow:house", z: "tab", x: 1, y: 1, wires: [] },
  { id: "answer", type: "http response", z: "tab", wires: [] },
];

describe("a job of a node inside a subflow", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let nodeRed: NodeRedProcess;
  let flows: FlowNode[];

  before(async () => {
    sandbox = await startSandbox({ settings: untilTold });
    flows = flowAt(sandbox.addresses.fal);
    nodeRed = await startNodeRed({ flows });
  });
  after(async () => {
    await nodeRed?.stop();
    await sandbox?.close();
  });
  afterEach(() => nodeRed.deploy(flows));

  /** Starts a job and waits until the node knows its id. */
  const startJob = async (): Promise<string> => {
    const polled = sandbox.once("polled", ({ id }) => sandbox.ledger.polls(id) === 1);
    await fetch(`${nodeRed.url}/run`, { method: "POST" });
    return (await polled).id;
  };

  it("is cancelled at fal when a deploy deletes the instance, and the log says what may be billed", async () => {
    const id = await startJob();
    const cancelled = sandbox.once("cancelled");
    await nodeRed.deploy(
      flows.filter((node) => node.id !== "use"),
      "nodes",
    );
    assert.equal((await cancelled).id, id);
    await nodeRed.waitForLog(new RegExp(`${id} was cancelled because its node was deleted.*may still be .* billed`));
  });

  it("is cancelled when the whole tab is deleted with a full deploy", async () => {
    const id = await startJob();
    const cancelled = sandbox.once("cancelled");
    await nodeRed.deploy(
      flows.filter((node) => node.z !== "tab" && node.id !== "tab"),
      "full",
    );
    assert.equal((await cancelled).id, id);
  });

  it("is left alone when the instance is only deployed again, renamed or disabled", async () => {
    const before = sandbox.ledger.calls("cancel");
    const jobs: string[] = [];
    for (const change of [{}, { name: "another" }, { d: true }]) {
      jobs.push(await startJob());
      await nodeRed.deploy(
        flows.map((node) => (node.id === "use" ? { ...node, ...change } : node)),
        "full",
      );
      await nodeRed.deploy(flows, "full");
    }
    // What was going to be cancelled would have been: a deploy comes back once its flows run.
    jobs.push(await startJob());
    assert.equal(sandbox.ledger.calls("cancel"), before);
    const cancelled = jobs.map((job) => sandbox.once("cancelled", ({ id }) => id === job));
    await nodeRed.deploy(
      flows.filter((node) => node.id !== "use"),
      "nodes",
    );
    await Promise.all(cancelled);
    assert.equal(sandbox.ledger.calls("cancel"), before + jobs.length);
  });
});
