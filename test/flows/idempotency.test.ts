import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { withClock } from "../support/clock";
import { messagesAt, nextPassing, overrun, sendAndOverrun, sendAndRun, withRunningJob } from "../support/controls";
import { type Flow, type FlowOptions, type Message, type Outcome, startFlow, stopFlows } from "../support/flow";
import { helper } from "../support/helper";
import { onlyMessage } from "../support/outcomes";
import { noisePng } from "../support/pictures";
import { untilTold } from "../support/until-told";

const prompt = "a lighthouse at dusk";
const idempotencyKey = "order-17";
const HOUR = 3_600_000;
const atRunware = () => ({ payload: prompt, flux: { width: 128, height: 128 }, idempotencyKey });
const atFal = () => ({ payload: prompt, flux: { image_size: { width: 128, height: 128 } }, idempotencyKey });
const fal = (more: FlowOptions = {}): FlowOptions => ({ ...more, node: { type: "fal-flux-srpo", ...more.node } });
const msg = (value: string) => ({ type: "msg", value });

const paidCalls = ({ sandbox: { ledger } }: Flow): number =>
  ["imageInference", "controlNetPreprocess", "submit", "run"].reduce((sum, kind) => sum + ledger.calls(kind), 0);

/** The keeper hears of a delivery in the turn after it: until then the job is not closed. */
async function deliveriesHeard(): Promise<void> {
  await turn();
  await turn();
}

/** Both messages have the one picture of one job. */
function assertShared(flow: Flow, one: Outcome, other: Outcome): void {
  const [first, second] = [onlyMessage(one), onlyMessage(other)];
  assert.deepEqual([first.payload, first.image, first.job.id], [second.payload, second.image, second.job.id]);
  assert.equal(paidCalls(flow), 1);
}

function assertOtherRequest({ messages, caught }: Outcome): void {
  assert.deepEqual([messages.length, caught?.error.code], [0, "FLUX_VALIDATION"], caught?.error.message);
  assert.deepEqual(
    [caught?.error.cause.parameter, caught?.error.cause.billed],
    ["msg.idempotencyKey", "no"],
    caught?.error.message,
  );
  assert.match(String(caught?.error.message), /used for another request/);
}

for (const [service, options, message] of [
  ["Runware", {}, atRunware],
  ["fal", fal(), atFal],
] as const) {
  describe(`a trigger that comes twice with the same idempotency key (${service})`, () => {
    afterEach(stopFlows);

    it("joins the job that runs: one submission, and each message gets the picture beside its own properties", async () => {
      const [req, res] = [{ method: "POST" }, { _res: "one" }];
      const { flow, id, outcome } = await withRunningJob(
        { ...options, sandbox: untilTold },
        { ...message(), topic: "one", req, res },
      );
      const again = { req: { method: "PUT" }, res: { _res: "two" } };
      const joined = nextPassing("after:joined");
      const joining = flow.send({ ...message(), topic: "two", extra: [1], ...again });
      await joined;
      flow.sandbox.finish();
      const [first, second] = [await outcome, await joining];
      assertShared(flow, first, second);
      const [one, two] = [onlyMessage(first), onlyMessage(second)];
      assert.deepEqual([one.topic, one.extra, two.topic, two.extra], ["one", undefined, "two", [1]]);
      assert.ok(one.req === req && one.res === res && two.req === again.req && two.res === again.res);
      assert.deepEqual([one.idempotencyKey, two.idempotencyKey, one.flux, two.flux], Array(4).fill(undefined));
      assert.deepEqual([flow.sandbox.ledger.submissions(id), flow.sandbox.ledger.charges(id)], [1, 1]);
    });

    it("joins it in the very same turn", async () => {
      const flow = await startFlow(options);
      const [first, second] = await Promise.all([flow.send(message()), flow.send(message())]);
      assert.ok(first && second);
      assertShared(flow, first, second);
    });

    it("gets the finished result, without paying, and is told what was asked for", async () => {
      const flow = await startFlow(options);
      const closed = nextPassing("after:closed");
      const first = await flow.send(message());
      await closed;
      const second = await flow.send(message());
      assertShared(flow, first, second);
      assert.deepEqual(onlyMessage(second).job.request, onlyMessage(first).job.request);
      assertShared(flow, first, await flow.send(message()));
    });

    it("gets the finished result also after a full deploy", async () => {
      const flow = await startFlow(options);
      const first = await flow.send(message());
      const anew = await flow.restart();
      assertShared(anew, first, await anew.send(message()));
    });

    it("joins the job that runs across a deploy, with both messages", async () => {
      const { flow, id } = await withRunningJob({ ...options, sandbox: untilTold }, { ...message(), topic: "one" });
      const anew = await flow.restart();
      const delivered = anew.nextMessage();
      const joined = nextPassing("after:joined");
      const outcome = anew.send({ ...message(), topic: "two" });
      await joined;
      anew.sandbox.finish();
      const [first, second] = [await delivered, await outcome];
      assert.deepEqual([first.topic, onlyMessage(second).topic], ["one", "two"]);
      assert.equal(first.job.id, onlyMessage(second).job.id);
      assert.equal(anew.sandbox.ledger.submissions(id), 1);
    });

    it("never pays after FLUX_OUTCOME_UNKNOWN: it asks, and has the outcome that the service tells", async () => {
      const retries = { account: { retries: 0 } };
      const flow = await startFlow({ ...options, ...retries });
      flow.sandbox.arm("lost-answer", { call: service === "fal" ? "submit" : "imageInference" });
      if (service === "Runware") flow.sandbox.arm("500", { call: "getResponse", count: 2 });
      const first = await flow.send(message());
      assert.equal(first.caught?.error.code, "FLUX_OUTCOME_UNKNOWN", first.caught?.error.message);
      const second = await flow.send(message());
      // The second question is not answered either: what that says of the money is nothing.
      assert.deepEqual(
        [second.caught?.error.code, second.caught?.error.cause.billed],
        [service === "Runware" ? "FLUX_PROVIDER" : "FLUX_OUTCOME_UNKNOWN", "unknown"],
      );
      const third = await flow.send(message());
      if (service === "Runware") onlyMessage(third);
      else assert.equal(third.caught?.error.code, "FLUX_OUTCOME_UNKNOWN");
      assert.equal(paidCalls(flow), 1);
    });

    it("has FLUX_TIMEOUT and then the late result of the job that is still asked for, once", async () => {
      const flow = await startFlow({ ...options, sandbox: untilTold, node: { ...options.node, ...overrun } });
      const late = messagesAt("out");
      const first = await sendAndOverrun(flow, { ...message(), topic: "one" });
      const second = await flow.send({ ...message(), topic: "two" });
      for (const { caught, messages } of [first, second]) {
        assert.deepEqual([caught?.error.code, messages.length], ["FLUX_TIMEOUT", 0]);
      }
      flow.sandbox.finish();
      while (late.length < 2) await flow.nextMessage();
      assert.deepEqual(
        late.map(({ topic, job, idempotencyKey: left }) => [topic, job.late, left]),
        [
          ["one", true, undefined],
          ["two", true, undefined],
        ],
      );
      assert.equal(late[0]?.job.id, late[1]?.job.id);
      assert.equal(paidCalls(flow), 1);
    });
  });
}

describe("an idempotency key", () => {
  afterEach(stopFlows);

  it("brings every picture of a batch to each message", async () => {
    const batch = () => ({ ...atRunware(), flux: { width: 128, height: 128, numberResults: 3 } });
    const { flow, outcome } = await withRunningJob({ sandbox: untilTold }, { ...batch(), topic: "one" });
    const joined = nextPassing("after:joined");
    const joining = flow.send({ ...batch(), topic: "two" });
    await joined;
    flow.sandbox.finish();
    const [first, second] = [await outcome, await joining];
    const third = await flow.send({ ...batch(), topic: "three" });
    for (const [topic, { messages }] of Object.entries({ one: first, two: second, three: third })) {
      assert.deepEqual(
        messages.map((message) => [message.topic, message.parts?.index, message.payload, message.idempotencyKey]),
        first.messages.map(({ payload }, index) => [topic, index, payload, undefined]),
      );
    }
    assert.equal(paidCalls(flow), 1);
  });

  it("is that of the first request: another request with it is FLUX_VALIDATION, while it runs and afterwards", async () => {
    const { flow, outcome } = await withRunningJob({ sandbox: untilTold }, atRunware());
    assertOtherRequest(await flow.send({ ...atRunware(), payload: "another picture" }));
    assertOtherRequest(await flow.send({ ...atRunware(), flux: { width: 256, height: 128 } }));
    flow.sandbox.finish();
    onlyMessage(await outcome);
    assertOtherRequest(await flow.send({ ...atRunware(), flux: { width: 128, height: 128, steps: 9 } }));
    // The order of the parameters is no difference.
    onlyMessage(await flow.send({ ...atRunware(), flux: { height: 128, width: 128 } }));
    assert.equal(paidCalls(flow), 1);
  });

  it("is that of the pictures in the first request, too", async () => {
    const flow = await startFlow({ node: { imageFrom: msg("picture") } });
    const [one, two] = [await noisePng(128, 1), await noisePng(128, 2)];
    const withPicture = (picture: unknown) => ({
      ...atRunware(),
      flux: { width: 128, height: 128, strength: 0.5 },
      picture,
    });
    onlyMessage(await flow.send(withPicture(one)));
    assertOtherRequest(await flow.send(withPicture(two)));
    onlyMessage(await flow.send(withPicture(Buffer.from(one))));
    assertOtherRequest(await flow.send(withPicture(`data:image/png;base64,${two.toString("base64")}`)));
    assert.equal(paidCalls(flow), 1);
  });

  for (const [service, type, flux] of [
    ["Runware", "runware-flux-srpo", { width: 128, height: 128, strength: 0.5 }],
    ["fal", "fal-flux-srpo", { strength: 0.5 }],
  ] as const) {
    it(`joins a request at ${service} with a picture that is uploaded: the same picture is the same request`, async () => {
      const flow = await startFlow({ node: { type, imageFrom: msg("picture") } });
      const [one, two] = [await noisePng(512, 1), await noisePng(512, 2)];
      const withPicture = (picture: Buffer) => ({ payload: prompt, flux, picture, idempotencyKey });
      onlyMessage(await flow.send(withPicture(one)));
      onlyMessage(await flow.send(withPicture(Buffer.from(one))));
      assertOtherRequest(await flow.send(withPicture(two)));
      assert.equal(paidCalls(flow), 1);
    });
  }

  it("is another one in another node", async () => {
    const twin = { id: "twin", z: "tab", type: "runware-flux-srpo", account: "account", version: 1, wires: [["out"]] };
    const flow = await startFlow({ nodes: [twin] });
    const first = onlyMessage(await flow.send(atRunware()));
    const delivered = flow.nextMessage();
    flow.receiveAt("twin", { ...atRunware(), payload: "another picture" });
    assert.notEqual((await delivered).job.id, first.job.id);
    assert.equal(paidCalls(flow), 2);
  });

  it("is free again after a refusal that cost nothing, also for a Catch node that sends the message back at once", async () => {
    const flow = await startFlow();
    const refused = await flow.send({ ...atRunware(), payload: `${prompt} [fault:402]` });
    assert.deepEqual([refused.caught?.error.code, refused.caught?.error.cause.billed], ["FLUX_QUOTA", "no"]);
    assert.equal(refused.caught?.idempotencyKey, idempotencyKey, "the message leaves as it came in");
    onlyMessage(await flow.send(atRunware()));
    assert.equal(paidCalls(flow), 2);
    await stopFlows();
    const rewired = await startFlow();
    const delivered = rewired.nextMessage();
    helper.getNode("caught")?.on("input", (message: unknown) => rewired.receive(message as Message));
    rewired.receive({ ...atRunware(), payload: `${prompt} [fault:402 x1]` });
    assert.ok((await delivered).payload);
    assert.equal(paidCalls(rewired), 2);
  });

  it("is free again after a message that was refused here", async () => {
    const flow = await startFlow();
    assert.equal((await flow.send({ ...atRunware(), flux: { width: 1 } })).caught?.error.code, "FLUX_VALIDATION");
    onlyMessage(await flow.send(atRunware()));
  });

  it("brings what was cancelled and is paid for, without paying again", async () => {
    const { flow, id, outcome } = await withRunningJob({ sandbox: untilTold }, atRunware());
    await flow.send({ cancel: id });
    assert.equal((await outcome).caught?.error.code, "FLUX_CANCELLED");
    flow.sandbox.finish();
    assert.equal(onlyMessage(await flow.send(atRunware())).job.id, id);
    assert.equal(paidCalls(flow), 1);
  });

  for (const [what, account, jobs] of [
    ["serves while its job runs, and no longer where nothing is kept", { keepResults: 0 }, 2],
    ["serves for as long as results are kept", { keepResults: 1 }, 2],
    ["serves where no journal is kept", { journal: false }, 1],
  ] as const) {
    it(what, async () => {
      const flow = await startFlow({ account, sandbox: untilTold });
      const { outcome } = await sendAndRun(flow, atRunware());
      const second = flow.send(atRunware());
      await flow.sandbox.once("polled");
      flow.sandbox.configure({ latency: 5 });
      flow.sandbox.finish();
      assertShared(flow, await second, await outcome);
      await deliveriesHeard();
      const { keepResults } = { keepResults: 0, ...account };
      await withClock(async (ahead) => {
        if (keepResults > 0) {
          assertShared(flow, await flow.send(atRunware()), await outcome);
          await deliveriesHeard();
          // It is as old as its first delivery, however often it is used.
          ahead(0.9 * HOUR);
          assertShared(flow, await flow.send(atRunware()), await outcome);
          await deliveriesHeard();
          ahead(0.2 * HOUR);
        }
        onlyMessage(await flow.send(atRunware()));
      });
      assert.equal(paidCalls(flow), jobs);
    });
  }

  it("may come from another property, which stays on the message", async () => {
    const flow = await startFlow({ node: { idempotencyKeyFrom: msg("order.id") } });
    const order = { id: 17, customer: "a" };
    const first = await flow.send({ ...atRunware(), idempotencyKey: "x", order });
    const second = await flow.send({ ...atRunware(), idempotencyKey: "y", order });
    assertShared(flow, first, second);
    assert.deepEqual([onlyMessage(second).order, onlyMessage(second).idempotencyKey], [order, "y"]);
    onlyMessage(await flow.send({ ...atRunware(), order: { id: 18 } }));
    assert.equal(paidCalls(flow), 2);
  });

  it("may be a JSONata expression over the message, or a number", async () => {
    const flow = await startFlow({ node: { idempotencyKeyFrom: { type: "jsonata", value: '"order " & order.id' } } });
    const first = await flow.send({ ...atRunware(), order: { id: 17 } });
    assertShared(flow, first, await flow.send({ ...atRunware(), order: { id: 17 } }));
    await stopFlows();
    const numbered = await startFlow();
    const one = await numbered.send({ ...atRunware(), idempotencyKey: 17 });
    assertShared(numbered, one, await numbered.send({ ...atRunware(), idempotencyKey: "17" }));
  });

  for (const value of [{}, [17], true, Number.POSITIVE_INFINITY, "x".repeat(1001), Buffer.from("17")]) {
    it(`cannot be ${typeof value === "object" ? JSON.stringify(value) : String(value).slice(0, 20)}: FLUX_VALIDATION, and nothing is sent`, async () => {
      const flow = await startFlow();
      const { caught, messages } = await flow.send({ ...atRunware(), idempotencyKey: value });
      assert.deepEqual(
        [messages.length, caught?.error.code, caught?.error.cause.parameter],
        [0, "FLUX_VALIDATION", "msg.idempotencyKey"],
      );
      assert.equal(flow.sandbox.ledger.requests, 0);
    });
  }

  it("that is empty, null or not there makes every message a job of its own", async () => {
    const flow = await startFlow();
    for (const value of [undefined, null, "", "", null]) {
      onlyMessage(await flow.send({ ...atRunware(), idempotencyKey: value }));
    }
    assert.equal(paidCalls(flow), 5);
  });

  it("may be any text, the names of JavaScript's own members included", async () => {
    const flow = await startFlow();
    for (const key of ["__proto__", "constructor", "toString", '["flux","x"]', "ключ 🔑"]) {
      const first = onlyMessage(await flow.send({ ...atRunware(), payload: key, idempotencyKey: key }));
      const second = onlyMessage(await flow.send({ ...atRunware(), payload: key, idempotencyKey: key }));
      assert.equal(second.job.id, first.job.id);
    }
    assert.equal(paidCalls(flow), 5);
  });
});
