import assert from "node:assert/strict";
import { withTimersHeld } from "../support/clock";
import { messagesAt, nextMessageAt, nextPassing, overrun, sendAndOverrun, sendAndRun } from "../support/controls";
import { type Flow, type FlowOptions, type Message, startFlow, stopFlows } from "../support/flow";
import { coreNode, helper } from "../support/helper";
import { onlyMessage } from "../support/outcomes";
import { untilTold } from "../support/until-told";

const prompt = "a lighthouse at dusk";
const size = { width: 128, height: 128 };
const text = (value: string) => ({ type: "str", value });

/** Two nodes that make pictures, one behind the other: the second has a prompt of its own and keeps the first picture. */
const twoInARow = (more: FlowOptions = {}, first: Record<string, unknown> = {}): FlowOptions => ({
  ...more,
  types: [coreNode("function/15-change")],
  chain: [
    { id: "first", type: "runware-flux-srpo", account: "account", version: 1, ...first },
    {
      ...{ id: "keep", type: "change" },
      rules: [
        { t: "set", p: "first", pt: "msg", to: "job", tot: "msg" },
        { t: "set", p: "firstPicture", pt: "msg", to: "payload", tot: "msg" },
      ],
    },
  ],
  node: { type: "runware-flux-srpo", promptFrom: text("a heron"), ...more.node },
});

interface Row {
  message: Message;
  first: Message["job"];
}

async function sendThrough(flow: Flow, message: Record<string, unknown>): Promise<Row> {
  const delivered = onlyMessage(await flow.send({ payload: prompt, flux: size, ...message }));
  return { message: delivered, first: delivered.first as Message["job"] };
}

describe("two inference nodes in a row", () => {
  afterEach(stopFlows);

  it("make two jobs of one message, each with its own prompt", async () => {
    const flow = await startFlow(twoInARow());
    const { message, first } = await sendThrough(flow, {});
    assert.notEqual(first.id, message.job.id);
    assert.deepEqual([first.request.positivePrompt, message.job.request.positivePrompt], [prompt, "a heron"]);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 2);
  });

  it("take an idempotency key for the first alone: the second pays again for a repeated trigger", async () => {
    const flow = await startFlow(twoInARow());
    const one = await sendThrough(flow, { idempotencyKey: "once" });
    const two = await sendThrough(flow, { idempotencyKey: "once" });
    assert.equal(one.first.id, two.first.id);
    assert.notEqual(one.message.job.id, two.message.job.id);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 3);
  });

  it("are safe together where the second has a key that lasts", async () => {
    const order = { idempotencyKeyFrom: { type: "msg", value: "order" } };
    const flow = await startFlow(twoInARow({ node: order }, order));
    const one = await sendThrough(flow, { order: 17 });
    const two = await sendThrough(flow, { order: 17 });
    assert.deepEqual([one.first.id, one.message.job.id], [two.first.id, two.message.job.id]);
    assert.notEqual(one.first.id, one.message.job.id, "the same key is another one in another node");
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 2);
  });

  it("take msg.resume for the first alone: the second makes a picture of its own", async () => {
    const flow = await startFlow(twoInARow());
    const { first, message } = await sendThrough(flow, {});
    for (const resume of [first.id, first, message.job]) {
      const again = await sendThrough(flow, { resume });
      assert.equal(again.first.id, typeof resume === "string" ? resume : resume.id);
      assert.notEqual(again.message.job.id, again.first.id);
      assert.equal(again.message.job.request.positivePrompt, "a heron");
      assert.equal(again.message.resume, undefined);
    }
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 5);
  });

  it("take msg.cancel for the first alone: the second's jobs go on, and nothing reaches it", async () => {
    const flow = await startFlow(twoInARow({ sandbox: { latency: 300 } }));
    const second = nextMessageAt("flux");
    const outcome = flow.send({ payload: prompt, flux: size });
    await second;
    await flow.sandbox.once("accepted");
    const reached = messagesAt("flux");
    flow.receiveAt("first", { cancel: true });
    assert.equal(onlyMessage(await outcome).job.request.positivePrompt, "a heron");
    assert.deepEqual(reached, []);
  });

  it("keep a failure of the first from the second", async () => {
    const flow = await startFlow(twoInARow());
    const reached = messagesAt("flux");
    const { caught, messages } = await flow.send({
      payload: `${prompt} [fault:fail]`,
      flux: size,
      idempotencyKey: "once",
    });
    assert.deepEqual([messages.length, caught?.error.source.id, reached.length], [0, "first", 0]);
  });

  it("give a late result of the first to the second once, as a message like any other", async () => {
    // On one wire it is the very same object that the first node was given back.
    const options = twoInARow({ sandbox: untilTold }, overrun);
    const [first] = options.chain ?? [];
    const flow = await startFlow({ ...options, chain: first ? [first] : [] });
    const late = nextMessageAt("flux");
    const { caught } = await sendAndOverrun(flow, { payload: prompt, flux: size, idempotencyKey: "once" });
    assert.deepEqual([caught?.error.code, caught?.error.source.id], ["FLUX_TIMEOUT", "first"]);
    flow.sandbox.configure({ latency: 10 });
    const delivered = flow.nextMessage();
    flow.sandbox.finish();
    const { job } = structuredClone(await late);
    assert.equal(job.late, true);
    const { job: second } = await delivered;
    assert.notEqual(second.id, job.id);
    assert.deepEqual([second.request.positivePrompt, second.late], ["a heron", undefined]);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 2);
  });

  it("keep a late result of the second out of the first", async () => {
    const flow = await startFlow(twoInARow({ sandbox: untilTold, node: overrun }));
    const first = messagesAt("first");
    const { caught } = await withTimersHeld(overrun.timeout * 1000, async (passDeadline) => {
      const { outcome } = await sendAndRun(flow, { payload: prompt, flux: size });
      const second = flow.sandbox.once("accepted");
      flow.sandbox.finish();
      const { id } = await second;
      await flow.sandbox.once("polled", (polled) => polled.id === id);
      assert.equal(passDeadline(), 1);
      return await outcome;
    });
    assert.deepEqual([caught?.error.code, caught?.error.source.id], ["FLUX_TIMEOUT", "flux"]);
    const late = flow.nextMessage();
    flow.sandbox.finish();
    const { job } = await late;
    assert.deepEqual([job.late, job.request.positivePrompt], [true, "a heron"]);
    assert.equal(first.length, 1);
  });

  for (const at of ["first", "flux"]) {
    it(`keep their jobs apart when a deploy comes while the ${at === "first" ? "first" : "second"} one waits`, async () => {
      const flow = await startFlow(twoInARow({ sandbox: untilTold }));
      const accepted = flow.sandbox.once("accepted");
      flow.receiveAt("first", { payload: prompt, flux: size, topic: "kept" });
      await accepted;
      if (at === "flux") {
        const second = flow.sandbox.once("accepted");
        flow.sandbox.finish();
        await second;
      }
      const anew = await flow.restart();
      const delivered = anew.nextMessage();
      flow.sandbox.configure({ latency: 5 });
      flow.sandbox.finish();
      const { job, topic, first } = await delivered;
      assert.deepEqual([job.request.positivePrompt, topic], ["a heron", "kept"]);
      assert.equal((first as Message["job"]).request.positivePrompt, prompt);
      assert.equal(anew.sandbox.ledger.calls("imageInference"), 2);
    });
  }
});

describe("three inference nodes in fan-out", () => {
  afterEach(stopFlows);

  const branch = (id: string, out: string) => [
    { id, z: "tab", type: "runware-flux-srpo", account: "account", version: 1, wires: [[out]] },
    { id: out, z: "tab", type: "helper", wires: [] },
  ];

  interface FanOut {
    flow: Flow;
    /** Sends one message down the wire to all three. */
    send: (message: Record<string, unknown>) => void;
  }

  async function fanOut(more: FlowOptions = {}): Promise<FanOut> {
    const source = { id: "source", z: "tab", type: "helper", wires: [["flux", "left", "right"]] };
    const nodes = [source, ...branch("left", "leftOut"), ...branch("right", "rightOut")];
    const flow = await startFlow({ ...more, nodes, account: { concurrency: 10 } });
    return { flow, send: (message) => helper.getNode("source")?.send(message) };
  }

  const outs = ["out", "leftOut", "rightOut"];
  const allOut = (): Promise<Message[]> => Promise.all(outs.map(nextMessageAt));

  it("make a job each of one message with one key, and bring each its own result when it comes again", async () => {
    const { send, flow } = await fanOut();
    const message = () => ({ payload: prompt, flux: size, idempotencyKey: "once", topic: "kept" });
    const first = allOut();
    send(message());
    const ids = (await first).map(({ job }) => job.id);
    assert.equal(new Set(ids).size, 3);
    const second = allOut();
    send(message());
    assert.deepEqual(
      (await second).map(({ job, topic, idempotencyKey }) => [job.id, topic, idempotencyKey]),
      ids.map((id) => [id, "kept", undefined]),
    );
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 3);
  });

  it("cancel in one of them what is that one's, and go on in the others", async () => {
    const { send, flow } = await fanOut({ sandbox: untilTold });
    const reached = outs.map(messagesAt);
    let accepted = 0;
    const all = new Promise<void>((resolve) => {
      flow.sandbox.on("accepted", () => {
        accepted += 1;
        if (accepted === 3) resolve();
      });
    });
    const [, left, right] = outs.map(nextMessageAt);
    send({ payload: prompt, flux: size, idempotencyKey: "once" });
    await all;
    const caught = flow.nextCaught();
    flow.receive({ cancel: true });
    const { error } = await caught;
    assert.deepEqual([error.code, error.source.id], ["FLUX_CANCELLED", "flux"]);
    flow.sandbox.finish();
    const delivered = await Promise.all([left, right]);
    assert.notEqual(delivered[0]?.job.id, delivered[1]?.job.id);
    assert.deepEqual(
      reached.map(({ length }) => length),
      [0, 1, 1],
    );
  });

  it("bring a job that is resumed in one of them to that one alone", async () => {
    const { send, flow } = await fanOut({ sandbox: { latency: 200 } });
    const reached = outs.map(messagesAt);
    const accepted = nextPassing("after:waiting");
    send({ payload: prompt, flux: size });
    const id = await accepted;
    flow.receiveAt("right", { resume: id, topic: "resumed" });
    while (reached.flat().length < 4) await Promise.race(outs.map(nextMessageAt));
    assert.deepEqual(
      reached.map((messages) => messages.map(({ topic }) => topic).sort()),
      [[undefined], [undefined], ["resumed", undefined]],
    );
    assert.equal(reached.flat().find(({ topic }) => topic === "resumed")?.job.id, id);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 3);
  });
});
