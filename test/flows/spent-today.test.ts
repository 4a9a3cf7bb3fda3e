import assert from "node:assert/strict";
import { spentToday } from "../../lib/node-red/spent-today";
import type { NodeAPI } from "../../lib/node-red/types";
import { fromNoon } from "../support/clock";
import { type Flow, type FlowOptions, startFlow, stopFlows } from "../support/flow";
import { onlyMessage } from "../support/outcomes";

const size = { width: 1024, height: 1024, steps: 28 };

const send = (flow: Flow, flux: object = {}) => flow.send({ payload: "a lighthouse", flux: { ...size, ...flux } });

/** A flow, and what it says was spent. */
async function start(options: FlowOptions = {}) {
  let api: NodeAPI | undefined;
  const capture = (RED: unknown) => {
    api = RED as NodeAPI;
  };
  const flow = await startFlow({ node: { type: "runware-flux-krea" }, ...options, types: [capture] });
  const spent = () => {
    if (!api) throw new Error("no node was loaded");
    return spentToday(api);
  };
  return { flow, spent };
}

describe("what an account has spent today", () => {
  // First: time goes back again when the flows have stopped.
  afterEach(stopFlows);
  fromNoon();

  it("is nothing before its first job, and then what its pictures did cost", async () => {
    const { flow, spent } = await start({ node: { type: "runware-flux-krea", results: "all" } });
    const account = { accounts: ["account"], provider: "runware", environment: "sandbox" };
    assert.deepEqual(spent(), [{ ...account, dollars: 0, pictures: 0, unknown: 0 }]);
    onlyMessage(await send(flow, { numberResults: 3 }));
    onlyMessage(await send(flow));
    assert.deepEqual(spent(), [{ ...account, dollars: 0.0392, pictures: 4, unknown: 0 }]);
  });

  it("counts the job of a repeated trigger, or of a resumed one, once", async () => {
    const { flow, spent } = await start();
    const { job } = onlyMessage(await flow.send({ payload: "a lighthouse", flux: size, idempotencyKey: "k" }));
    onlyMessage(await flow.send({ payload: "a lighthouse", flux: size, idempotencyKey: "k" }));
    onlyMessage(await flow.send({ resume: job.id }));
    assert.equal(spent()[0]?.pictures, 1);
  });

  it("says that the cost is not known where the service does not tell it", async () => {
    const { flow, spent } = await start({ node: { type: "fal-flux-srpo" } });
    onlyMessage(await flow.send({ payload: "a lighthouse" }));
    assert.deepEqual(
      spent().map(({ provider, dollars, pictures, unknown }) => [provider, dollars, pictures, unknown]),
      [["fal", 0, 1, 1]],
    );
  });

  it("says nothing of a job that was refused before it was billed", async () => {
    const { flow, spent } = await start({ account: { retries: 0 } });
    await flow.send({ payload: "a lighthouse [fault:moderated]", flux: size });
    assert.deepEqual([spent()[0]?.pictures, spent()[0]?.unknown], [0, 0]);
  });

  it("stays in the sum of its day when the account gets another key", async () => {
    const { flow, spent } = await start();
    onlyMessage(await send(flow));
    await flow.deploy((nodes) => nodes.filter(({ id }) => id !== "account"));
    assert.deepEqual(
      spent().map(({ accounts, dollars }) => [accounts, dollars]),
      [[[], 0.0098]],
    );
  });

  it("is one sum for accounts that share a key", async () => {
    const { flow, spent } = await start({
      nodes: (sandbox) => [
        { id: "twin", type: "runware-account", environment: "sandbox", ...sandbox.addresses.runware },
      ],
      apiKey: "shared",
      credentials: { twin: { apiKey: "shared" } },
    });
    onlyMessage(await send(flow));
    assert.deepEqual(
      spent().map(({ accounts, dollars }) => [[...accounts].sort(), dollars]),
      [[["account", "twin"], 0.0098]],
    );
  });
});
