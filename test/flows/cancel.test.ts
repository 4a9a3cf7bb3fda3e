import assert from "node:assert/strict";
import {
  messagesAt,
  nextMessageAt,
  nextPassing,
  overrun,
  sendAndOverrun,
  sendAndRun,
  withRunningJob,
} from "../support/controls";
import { type Flow, type FlowOptions, type Outcome, startFlow, stopFlows } from "../support/flow";
import { onlyMessage } from "../support/outcomes";
import { untilTold } from "../support/until-told";

const prompt = "a lighthouse at dusk";
/** Messages of their own each time: a node fills those that it gets. */
const atRunware = () => ({ payload: prompt, flux: { width: 128, height: 128 } });
const atFal = () => ({ payload: prompt, flux: { image_size: { width: 128, height: 128 } } });
const fal = (more: FlowOptions = {}): FlowOptions => ({ ...more, node: { type: "fal-flux-srpo", ...more.node } });

/** A second node with the same account, on a wire of its own. */
const other = { id: "other", z: "tab", type: "runware-flux-srpo", account: "account", version: 1, wires: [["others"]] };
const twoNodes: FlowOptions["nodes"] = [other, { id: "others", z: "tab", type: "helper", wires: [] }];

/** A message that only cancels is consumed: nothing leaves, nothing fails, Complete nodes hear of it. */
async function cancel(flow: Flow, target: unknown): Promise<void> {
  assert.deepEqual(await flow.send({ cancel: target, payload: prompt }), { messages: [] });
}

function assertCancelled({ messages, caught }: Outcome, billed: string, text: RegExp): void {
  assert.deepEqual(
    [messages.length, caught?.error.code, caught?.error.cause.billed, caught?.error.cause.retryable],
    [0, "FLUX_CANCELLED", billed, false],
    caught?.error.message,
  );
  assert.match(String(caught?.error.message), text);
}

/** The node has nothing left to cancel: nobody waits for the job, and nobody asks for it. */
async function assertForgotten(flow: Flow, id: string): Promise<void> {
  const { caught } = await flow.send({ cancel: id });
  assert.equal(caught?.error.code, "FLUX_VALIDATION");
}

describe("a job that waits in line and is cancelled", () => {
  afterEach(stopFlows);

  it("ends as FLUX_CANCELLED at Catch, is never sent and costs nothing", async () => {
    const { flow, id, outcome } = await withRunningJob(
      { sandbox: untilTold, account: { concurrency: 1 } },
      atRunware(),
    );
    const accepted = nextPassing("after:waiting");
    const second = flow.send({ ...atRunware(), topic: "second" });
    const third = flow.send({ ...atRunware(), topic: "third" });
    const waiting = await accepted;
    await cancel(flow, waiting);
    const ended = await second;
    assertCancelled(ended, "no", /before anything was sent/);
    assert.equal(ended.caught?.topic, "second");
    // The others are still there.
    await cancel(flow, true);
    assertCancelled(await third, "no", /before anything was sent/);
    assertCancelled(await outcome, "yes", /still billed/);
    assert.deepEqual(flow.sandbox.ledger.jobIds(), [id]);
  });

  for (const [what, end] of [
    ["is cancelled", async (flow: Flow) => cancel(flow, true)],
    ["has its node made anew", async (flow: Flow) => void (await flow.restart())],
  ] as const) {
    it(`does not end Node-RED when it ${what} while it is being written down`, async () => {
      const { flow } = await withRunningJob({ sandbox: untilTold, account: { concurrency: 1 } }, atRunware());
      const writing = nextPassing("before:waiting");
      flow.receive(atRunware());
      const written = nextPassing("after:waiting");
      await writing;
      const ended = end(flow);
      await written;
      await ended;
    });
  }

  it("gives its place in the line and in the budget to the next", async () => {
    const options = { sandbox: untilTold, account: { concurrency: 1, line: 1, picturesPerHour: 2 } };
    const { flow } = await withRunningJob(options, atRunware());
    const accepted = nextPassing("after:waiting");
    const second = flow.send(atRunware());
    const waiting = await accepted;
    assert.equal((await flow.send(atRunware())).caught?.error.code, "FLUX_QUOTA");
    await cancel(flow, waiting);
    assertCancelled(await second, "no", /before anything was sent/);
    const again = nextPassing("after:waiting");
    flow.receive(atRunware());
    assert.notEqual(await again, waiting);
  });
});

describe("a job that waits in line for messages of two nodes and is cancelled", () => {
  afterEach(stopFlows);

  it("gives its place to the next when both of them cancel it at once", async () => {
    const options = { sandbox: untilTold, account: { concurrency: 1 }, nodes: twoNodes };
    const { flow, id } = await withRunningJob(options, atRunware());
    const accepted = nextPassing("after:waiting");
    const outcome = flow.send(atRunware());
    const waiting = await accepted;
    const joined = nextPassing("after:joined");
    flow.receiveAt("other", { resume: waiting });
    await joined;
    flow.receiveAt("other", { cancel: waiting });
    await cancel(flow, waiting);
    assertCancelled(await outcome, "no", /before anything was sent/);
    const next = flow.sandbox.once("accepted");
    await cancel(flow, id);
    flow.receive(atRunware());
    assert(![id, waiting].includes((await next).id));
  });
});

describe("a job that runs at Runware and is cancelled", () => {
  afterEach(stopFlows);

  it("is no longer waited for, and the error says that it is still billed", async () => {
    const { flow, id, outcome } = await withRunningJob({ sandbox: untilTold }, { ...atRunware(), topic: "kept" });
    const finished = flow.sandbox.once("finished");
    await cancel(flow, id);
    const ended = await outcome;
    assertCancelled(ended, "yes", /Stopped waiting for job [0-9a-f-]{36} .*still billed/);
    assert.deepEqual([ended.caught?.error.cause.requestId, ended.caught?.error.cause.provider], [id, "runware"]);
    assert.ok(ended.caught);
    const { payload, flux, topic } = ended.caught;
    assert.deepEqual({ payload, flux, topic }, { ...atRunware(), topic: "kept" }, "it leaves as it came in");
    const polls = flow.sandbox.ledger.polls(id);
    flow.sandbox.finish();
    await finished;
    await new Promise(setImmediate);
    assert.equal(flow.sandbox.ledger.polls(id), polls, "nobody asks for it any more");
    assert.equal(flow.sandbox.ledger.charges(id), 1);
    await assertForgotten(flow, id);
  });

  it("gives its place among the running jobs to the next in line", async () => {
    const { flow, id } = await withRunningJob({ sandbox: untilTold, account: { concurrency: 1 } }, atRunware());
    flow.receive(atRunware());
    const accepted = flow.sandbox.once("accepted");
    await cancel(flow, id);
    assert.notEqual((await accepted).id, id);
  });

  it("can still be had with msg.resume, because it is paid for", async () => {
    const { flow, id, outcome } = await withRunningJob({ sandbox: untilTold }, atRunware());
    await cancel(flow, id);
    assertCancelled(await outcome, "yes", /still billed/);
    flow.sandbox.finish();
    const { job, payload } = onlyMessage(await flow.send({ resume: id }));
    assert.deepEqual([job.requestId, typeof payload], [id, "string"]);
    assert.deepEqual(flow.sandbox.ledger.jobIds(), [id]);
  });
});

describe("a job at fal that is cancelled", () => {
  afterEach(stopFlows);

  for (const whose of ["our", "fal's"]) {
    it(`is cancelled there when ${whose} id names it`, async () => {
      const flow = await startFlow(fal({ sandbox: untilTold }));
      const accepted = nextPassing("after:waiting");
      const { id, outcome } = await sendAndRun(flow, atFal());
      const cancelled = flow.sandbox.once("cancelled");
      const own = await accepted;
      assert.notEqual(own, id);
      await cancel(flow, whose === "our" ? own : id);
      assert.equal((await cancelled).id, id);
      const ended = await outcome;
      assertCancelled(
        ended,
        "unknown",
        /was cancelled because msg\.cancel asked for it.*may still be finished and billed/,
      );
      assert.equal(ended.caught?.error.cause.requestId, id);
    });
  }

  it("is cancelled there as soon as the answer to its submit is heard, when that was still under way", async () => {
    const flow = await startFlow(fal({ sandbox: untilTold }));
    const accepted = flow.sandbox.once("accepted");
    const cancelled = flow.sandbox.once("cancelled");
    const outcome = flow.send(atFal());
    const { id } = await accepted;
    await cancel(flow, true);
    assertCancelled(await outcome, "unknown", /while it was being submitted/);
    assert.equal((await cancelled).id, id);
    assert.equal(flow.sandbox.ledger.submissions(id), 1);
    await flow.nextWarning((text) => text.includes(id));
  });

  it("ends with what fal says when it had ended by then", async () => {
    const { flow, outcome } = await withRunningJob(fal({ sandbox: untilTold }), atFal());
    const finished = flow.sandbox.once("finished");
    flow.sandbox.finish();
    await finished;
    await cancel(flow, true);
    const { messages, caught } = await outcome;
    assert.ok(
      messages.length === 1 || (caught?.error.code === "FLUX_CANCELLED" && caught.error.cause.billed === "yes"),
    );
  });
});

describe("a job whose deadline has passed and that is cancelled", () => {
  afterEach(stopFlows);

  for (const [service, options, message, told] of [
    ["Runware", {}, atRunware, /still billed/],
    ["fal", fal(), atFal, /was cancelled/],
  ] as const) {
    it(`is not asked for late any more, has no second error, and the log says what came of it (${service})`, async () => {
      const flow = await startFlow({ sandbox: untilTold, ...options, node: { ...options.node, ...overrun } });
      const caught = messagesAt("caught");
      const first = await sendAndOverrun(flow, message());
      assert.equal(first.caught?.error.code, "FLUX_TIMEOUT");
      const id = String(first.caught?.error.cause.requestId);
      await cancel(flow, id);
      assert.match(await flow.nextWarning((text) => text.includes(id)), told);
      assert.equal(flow.sandbox.ledger.calls("cancel"), service === "fal" ? 1 : 0);
      assert.deepEqual(
        caught.map(({ error }) => error.code),
        ["FLUX_TIMEOUT"],
      );
      await assertForgotten(flow, id);
    });
  }
});

describe("msg.cancel that names nothing", () => {
  afterEach(stopFlows);

  it("is FLUX_VALIDATION for an id that the node does not know, and for a job that has its result", async () => {
    const flow = await startFlow();
    const { job } = onlyMessage(await flow.send(atRunware()));
    const { requests } = flow.sandbox.ledger;
    for (const id of ["3f2504e0-4f89-41d3-9a0c-0305e82c3301", "no such job", job.id]) {
      const { caught, messages } = await flow.send({ cancel: id, payload: prompt });
      assert.deepEqual(
        [messages.length, caught?.error.code, caught?.error.cause.parameter, caught?.error.cause.billed],
        [0, "FLUX_VALIDATION", "msg.cancel", "no"],
      );
    }
    assert.equal(flow.sandbox.ledger.requests, requests);
  });

  it("is FLUX_VALIDATION for the job of another node, which goes on", async () => {
    const { flow, id, outcome } = await withRunningJob({ sandbox: untilTold, nodes: twoNodes }, atRunware());
    const caught = flow.nextCaught();
    flow.receiveAt("other", { cancel: id });
    const { error } = await caught;
    assert.deepEqual([error.code, error.source.id], ["FLUX_VALIDATION", "other"]);
    flow.receiveAt("other", { cancel: true });
    flow.sandbox.finish();
    assert.equal(onlyMessage(await outcome).job.id, id);
  });

  it("is nothing to complain about when it is true and no job is there", async () => {
    const flow = await startFlow();
    await cancel(flow, true);
    assert.equal(flow.sandbox.ledger.requests, 0);
  });

  for (const value of [
    1,
    {},
    [],
    ["3f2504e0-4f89-41d3-9a0c-0305e82c3301"],
    "x".repeat(500),
    Number.NaN,
    0,
    Buffer.from("id"),
  ]) {
    it(`is FLUX_VALIDATION for ${JSON.stringify(value).slice(0, 40)}`, async () => {
      const { caught, messages } = await (await startFlow()).send({ cancel: value, payload: prompt });
      assert.deepEqual([messages.length, caught?.error.code], [0, "FLUX_VALIDATION"]);
    });
  }

  it("is FLUX_VALIDATION together with msg.resume: a job is cancelled or resumed", async () => {
    const { flow, id, outcome } = await withRunningJob({ sandbox: untilTold }, atRunware());
    const { caught } = await flow.send({ cancel: id, resume: id });
    assert.equal(caught?.error.code, "FLUX_VALIDATION");
    flow.sandbox.finish();
    assert.equal(onlyMessage(await outcome).job.id, id);
  });

  it("asks for nothing when it is false, null, empty or undefined: the message gets its picture", async () => {
    const flow = await startFlow();
    for (const value of [false, null, "", undefined]) {
      onlyMessage(await flow.send({ ...atRunware(), cancel: value, resume: value }));
    }
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 4);
  });
});

describe("msg.cancel", () => {
  afterEach(stopFlows);

  it("true ends all jobs of this node, also those that came just before it, and none of another node", async () => {
    const flow = await startFlow({ sandbox: untilTold, nodes: twoNodes });
    flow.receiveAt("other", atRunware());
    const { id: others } = await flow.sandbox.once("accepted");
    // Its submit is answered by the time that the cancellation comes, the one of this node is not.
    const first = flow.send(atRunware());
    await flow.sandbox.once("accepted");
    const sent: string[] = [];
    flow.sandbox.on("accepted", ({ id }) => sent.push(id));
    const second = flow.send(atRunware());
    await cancel(flow, true);
    assertCancelled(await first, "unknown", /waiting for job [0-9a-f-]{36} .*while it was being submitted/);
    assertCancelled(await second, "no", /before anything was sent/);
    assert.deepEqual(sent, []);
    await flow.sandbox.once("polled", ({ id }) => id === others);
  });

  it("ends every message that waits for the job", async () => {
    const { flow, id, outcome } = await withRunningJob(
      { sandbox: untilTold },
      { ...atRunware(), idempotencyKey: "once" },
    );
    const joined = nextPassing("after:joined");
    const second = flow.send({ ...atRunware(), idempotencyKey: "once", topic: "second" });
    await joined;
    await cancel(flow, id);
    assertCancelled(await outcome, "yes", /still billed/);
    const ended = await second;
    assertCancelled(ended, "yes", /still billed/);
    assert.equal(ended.caught?.topic, "second");
  });

  for (const isJoined of [true, false]) {
    it(`leaves a job to the other node that waits for it as well (${isJoined ? "already waiting" : "just joining"})`, async () => {
      const { flow, id, outcome } = await withRunningJob({ sandbox: untilTold, nodes: twoNodes }, atRunware());
      if (isJoined) {
        const delivered = nextMessageAt("others");
        const joined = nextPassing("after:joined");
        flow.receiveAt("other", { resume: id });
        await joined;
        await cancel(flow, id);
        assertCancelled(await outcome, "unknown", /another node still waits for it/);
        flow.sandbox.finish();
        assert.equal((await delivered).job.id, id);
      } else {
        // The one that joins is cancelled before its joining is written down.
        const joining = nextPassing("before:joined");
        flow.receiveAt("other", { resume: id });
        await joining;
        const caught = flow.nextCaught();
        const sent = messagesAt("others");
        flow.receiveAt("other", { cancel: id });
        assert.equal((await caught).error.code, "FLUX_CANCELLED");
        flow.sandbox.finish();
        assert.equal(onlyMessage(await outcome).job.id, id);
        assert.deepEqual(sent, []);
      }
    });
  }
});
