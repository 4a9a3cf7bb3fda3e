import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { withTimersHeld } from "../support/clock";
import { overrun, sendAndOverrun } from "../support/controls";
import { type Flow, type FlowOptions, startFlow, stopFlows } from "../support/flow";
import { untilTold } from "../support/until-told";

const prompt = "a lighthouse at dusk";
const small = { image_size: { width: 128, height: 128 } };

const fal = (more: FlowOptions = {}): FlowOptions => ({
  ...more,
  node: { type: "fal-flux-srpo", ...more.node },
});

/** Sends a message and waits until its job is running at the service, under an id that the node knows. */
async function withRunningJob(options: FlowOptions): Promise<{ flow: Flow; id: string }> {
  const flow = await startFlow(fal(options));
  const accepted = flow.sandbox.once("accepted");
  const polled = flow.sandbox.once("polled");
  flow.receive({ payload: prompt, flux: small });
  const { id } = await accepted;
  await polled;
  return { flow, id };
}

const never: FlowOptions = { sandbox: { latency: 60_000 } };

describe("what a fal node shows of a running job", () => {
  afterEach(stopFlows);

  it("is its place in the queue, then its last log line, also in fields for Status nodes", async () => {
    const flow = await startFlow(fal({ sandbox: untilTold }));
    const queued = flow.nextStatus(({ queuePosition }) => queuePosition !== undefined);
    const logged = flow.nextStatus(({ log }) => log !== undefined);
    const done = flow.nextStatus(({ fill }) => fill === "green");
    flow.receive({ payload: `${prompt} [fault:long-queue]`, flux: small });
    const waiting = await queued;
    assert.equal(waiting.text, "status.queued");
    assert.ok(Number(waiting.queuePosition) >= 0);
    const { log, text } = await logged;
    assert.ok(String(log).length > 0);
    assert.match(String(text), /^status\.\w+ /);
    assert.doesNotMatch(JSON.stringify(await logged), /lighthouse/);
    flow.sandbox.finish();
    assert.equal((await done).log, undefined);
  });

  it("names the job by the same id when it failed", async () => {
    const flow = await startFlow(fal());
    const running = flow.nextStatus(({ fill }) => fill === "blue");
    const failed = flow.nextStatus(({ fill }) => fill === "red");
    await flow.send({ payload: `${prompt} [fault:moderated]`, flux: small });
    assert.equal((await failed).job, (await running).job);
  });
});

describe("a fal job that is not finished in time", () => {
  afterEach(stopFlows);

  it("ends as FLUX_TIMEOUT with fal's id and what may still be billed, and is delivered once when it comes late", async () => {
    const flow = await startFlow(fal({ node: overrun, sandbox: untilTold }));
    const late = flow.nextMessage();
    const { caught, messages } = await sendAndOverrun(flow, { payload: prompt, flux: small });
    const [id = ""] = flow.sandbox.ledger.jobIds();
    assert.deepEqual([caught?.error.code, caught?.error.cause.billed], ["FLUX_TIMEOUT", "unknown"]);
    assert.equal(caught?.error.cause.requestId, id);
    assert.match(String(caught?.error.message), /bill/);
    assert.equal(messages.length, 0);
    flow.sandbox.finish();
    const message = await late;
    assert.equal(message.job.late, true);
    assert.equal(message.job.requestId, id);
    assert.equal(flow.sandbox.ledger.calls("cancel"), 0);
  });

  it("is cancelled at fal, and says so, when late results are off", async () => {
    const flow = await startFlow(fal({ ...never, node: { ...overrun, lateResults: false } }));
    const cancelled = flow.sandbox.once("cancelled");
    const { caught } = await sendAndOverrun(flow, { payload: prompt, flux: small });
    assert.equal(caught?.error.code, "FLUX_TIMEOUT");
    assert.match(String(caught?.error.message), /cancelled/);
    const { id } = await cancelled;
    assert.equal(caught?.error.cause.requestId, id);
  });

  it("is cancelled all the same when fal is down for a moment", async () => {
    const flow = await startFlow(fal({ ...never, node: { ...overrun, lateResults: false } }));
    flow.sandbox.arm("503", { call: "cancel" });
    const cancelled = flow.sandbox.once("cancelled");
    const { caught } = await sendAndOverrun(flow, { payload: prompt, flux: small });
    assert.equal(caught?.error.cause.requestId, (await cancelled).id);
    assert.equal(flow.sandbox.ledger.calls("cancel"), 2);
  });
});

describe("a fal job that somebody else cancels while it runs", () => {
  afterEach(stopFlows);

  it("ends as FLUX_CANCELLED instead of being polled for ever", async () => {
    const flow = await startFlow(fal());
    const { caught } = await flow.send({ payload: `${prompt} [fault:cancelled]`, flux: small });
    assert.equal(caught?.error.code, "FLUX_CANCELLED", caught?.error.message);
  });
});

describe("the job of a fal node that a deploy deletes", () => {
  afterEach(stopFlows);

  const withoutNode = (nodes: readonly { id: string }[]) => nodes.filter(({ id }) => id !== "flux") as never;

  it("is cancelled at fal after the grace period, and the log says what may be billed", async () => {
    const { flow, id } = await withRunningJob({ ...never, account: { cancelAfter: 0 } });
    const cancelled = flow.sandbox.once("cancelled");
    await flow.deploy(withoutNode);
    assert.equal((await cancelled).id, id);
    const told = await flow.nextWarning((text) => text.includes("was cancelled"));
    assert.match(
      told,
      new RegExp(`${id} was cancelled because its node was deleted.*may still be finished and billed`),
    );
  });

  it("is cancelled although its account is deleted with it", async () => {
    const { flow, id } = await withRunningJob({ ...never, account: { cancelAfter: 0 } });
    const cancelled = flow.sandbox.once("cancelled");
    await flow.deploy((nodes) => nodes.filter((node) => node.id !== "flux" && node.id !== "account"));
    assert.equal((await cancelled).id, id);
  });

  it("is cancelled too when its deadline has passed and only a late result was still hoped for", async () => {
    const flow = await startFlow(fal({ ...never, node: overrun, account: { cancelAfter: 0 } }));
    const { caught } = await sendAndOverrun(flow, { payload: prompt, flux: small });
    assert.equal(caught?.error.code, "FLUX_TIMEOUT");
    const cancelled = flow.sandbox.once("cancelled");
    await flow.deploy(withoutNode);
    assert.equal((await cancelled).id, caught?.error.cause.requestId);
  });

  /** Sends a message and waits until fal has the job, but its answer to the submit is still on the way. */
  async function withSubmitUnderWay(): Promise<{ flow: Flow; id: string }> {
    const flow = await startFlow(fal({ ...never, account: { cancelAfter: 0 } }));
    const accepted = flow.sandbox.once("accepted");
    flow.receive({ payload: prompt, flux: small });
    return { flow, id: (await accepted).id };
  }

  it("is cancelled even when its submit was still under way", async () => {
    const { flow, id } = await withSubmitUnderWay();
    const cancelled = flow.sandbox.once("cancelled");
    await flow.deploy(withoutNode);
    assert.equal((await cancelled).id, id);
  });

  it("is delivered by the new node when its submit was under way and the node is only deployed again", async () => {
    const flow = await startFlow(fal({ sandbox: { latency: 300 } }));
    const accepted = flow.sandbox.once("accepted");
    const delivered = flow.nextMessage();
    flow.receive({ payload: prompt, flux: small, topic: "harbour" });
    const { id } = await accepted;
    await flow.deploy((nodes) => nodes.map((node) => (node.id === "flux" ? { ...node, name: "changed" } : node)));
    const { topic, job } = await delivered;
    assert.deepEqual([topic, job.requestId, job.recovered], ["harbour", id, undefined]);
    assert.equal(flow.sandbox.ledger.charges(id), 1);
    assert.equal(flow.sandbox.ledger.calls("cancel"), 0);
  });

  it("is one of many: every job of every deleted node is cancelled, and Node.js has nothing to warn of", async () => {
    const twins = Array.from({ length: 12 }, (_, n) => ({
      ...{ id: `twin-${n}`, z: "tab", type: "fal-flux-srpo", account: "account", version: 1, wires: [] },
    }));
    const flow = await startFlow(fal({ ...never, account: { cancelAfter: 0, concurrency: 20 }, nodes: twins }));
    const complaints: Error[] = [];
    const complain = (warning: Error) => void complaints.push(warning);
    process.on("warning", complain);
    const waiting = new Set<string>();
    flow.sandbox.on("accepted", ({ id }) => waiting.add(id));
    const allPolled = new Promise<void>((resolve) => {
      const polled = new Set<string>();
      flow.sandbox.on("polled", ({ id }) => {
        polled.add(id);
        if (polled.size === twins.length) resolve();
      });
    });
    for (const { id } of twins) flow.receiveAt(id, { payload: prompt, flux: small });
    await allPolled;
    const allCancelled = new Promise<void>((resolve) => {
      flow.sandbox.on("cancelled", ({ id }) => {
        waiting.delete(id);
        if (waiting.size === 0) resolve();
      });
    });
    await flow.deploy((nodes) => nodes.filter(({ id }) => !id.startsWith("twin-")));
    await allCancelled;
    process.off("warning", complain);
    assert.deepEqual(complaints, []);
  });

  it("is left alone while the grace period lasts, and when the node is back by then", async () => {
    const { flow } = await withRunningJob({ ...never, account: { cancelAfter: 77 } });
    await withTimersHeld(77_000, async (endGrace) => {
      await flow.deploy(withoutNode);
      assert.equal(flow.sandbox.ledger.calls("cancel"), 0);
      await flow.deploy((nodes) => [...nodes]);
      assert.equal(endGrace(), 1);
    });
    await flow.sandbox.once("polled");
    assert.equal(flow.sandbox.ledger.calls("cancel"), 0);
  });

  it("is left alone when the node is only disabled, changed or restarted", async () => {
    const { flow } = await withRunningJob({ ...never, account: { cancelAfter: 0 } });
    await flow.deploy((nodes) => nodes.map((node) => (node.id === "flux" ? { ...node, d: true } : node)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(flow.sandbox.ledger.calls("cancel"), 0);
  });
});

describe("a fal node whose submit is never answered", function () {
  // Node-RED itself gives up a node that takes 15 s to close.
  this.timeout(10_000);
  let silent: Server;

  afterEach(async () => {
    await stopFlows();
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it("is closed all the same, by a deploy and by a stop", async () => {
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    silent = createServer(() => asked()).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const account = { environment: "production", queueUrl: url, runUrl: url, restUrl: url };
    const flow = await startFlow(fal({ account }));
    flow.receive({ payload: prompt, flux: small });
    await isAsked;
    await flow.deploy((nodes) => nodes.map((node) => (node.id === "flux" ? { ...node, name: "changed" } : node)));
    await flow.stop();
  });
});

describe("a job at Runware, which cannot be cancelled", () => {
  afterEach(stopFlows);

  it("is no longer waited for when late results are off", async () => {
    const flow = await startFlow({ ...never, node: { ...overrun, lateResults: false } });
    const { caught } = await sendAndOverrun(flow, { payload: prompt, flux: { width: 128, height: 128 } });
    assert.equal(caught?.error.code, "FLUX_TIMEOUT");
    assert.match(String(caught?.error.message), /Nobody waits for it any more/);
  });
});
