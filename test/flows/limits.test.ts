import assert from "node:assert/strict";
import { type Flow, type FlowOptions, type Outcome, startFlow, stopFlows } from "../support/flow";

const MESSAGES = 1000;

/** Far below what 1,000 messages would cost, and what a breaker that opens late would. */
const A_HANDFUL = 6;

/** Calls that ask for pictures. */
const PAID = new Set(["imageInference", "queue", "submit"]);

const runware: FlowOptions = { node: { type: "runware-flux-srpo" } };
const fal: FlowOptions = { node: { type: "fal-flux-srpo" } };

const sendAll = (flow: Flow, count: number, prompt = "a lighthouse at dusk"): Promise<Outcome[]> =>
  Promise.all(Array.from({ length: count }, () => flow.send({ payload: prompt })));

describe("1,000 messages with a key that is dead", function () {
  this.timeout(60_000);
  afterEach(stopFlows);

  for (const [service, options] of Object.entries({ Runware: runware, fal })) {
    for (const concurrency of [1, 4, MESSAGES]) {
      it(`cost a handful of requests to ${service}, ${concurrency} at once`, async () => {
        const flow = await startFlow({ ...options, apiKey: "bad-key", account: { concurrency, line: MESSAGES } });
        const outcomes = await sendAll(flow, MESSAGES);
        const held = outcomes.filter(({ caught }) =>
          /Nothing more is sent for \d+ s/.test(String(caught?.error.message)),
        );
        for (const { caught, messages } of outcomes) {
          assert.deepEqual(
            [caught?.error.code, caught?.error.cause.billed, messages.length],
            ["FLUX_AUTH", "no", 0],
            caught?.error.message,
          );
        }
        const { requests } = flow.sandbox.ledger;
        assert(requests <= A_HANDFUL, `${requests} requests`);
        assert(held.length >= MESSAGES - 60);
        const [first] = held;
        assert(Date.parse(String(first?.caught?.error.cause.opensAt)) > Date.now(), "it says when it tries again");
      });
    }

    it(`cost a handful of requests to ${service} when its account has no credit left`, async () => {
      const flow = await startFlow({ ...options, account: { concurrency: MESSAGES } });
      const outcomes = await sendAll(flow, MESSAGES, "a lighthouse [fault:402]");
      assert(outcomes.every(({ caught }) => caught?.error.code === "FLUX_QUOTA"));
      assert(flow.sandbox.ledger.requests <= A_HANDFUL, `${flow.sandbox.ledger.requests} requests`);
    });
  }

  it("wait for nothing when the key is good", async () => {
    const flow = await startFlow({ ...fal, account: { concurrency: 10 } });
    const outcomes = await sendAll(flow, 10);
    assert(outcomes.every(({ messages }) => messages.length === 1));
  });
});

describe("a service that asks to be left alone for a while", () => {
  afterEach(stopFlows);

  for (const [service, options] of Object.entries({ Runware: runware, fal })) {
    it(`is sent no job of the key until then, and not only not the one that was told (${service})`, async () => {
      const flow = await startFlow({ ...options, account: { concurrency: 10, retries: 0 } });
      const times: number[] = [];
      flow.sandbox.on("request", ({ calls }) => {
        if (calls.some((call) => PAID.has(call))) times.push(performance.now());
      });
      const { caught } = await flow.send({ payload: "a heron [fault:429-after=1 x1]" });
      assert.equal(caught?.error.code, "FLUX_RATE_LIMIT");
      const outcomes = await sendAll(flow, 5);
      assert(outcomes.every(({ messages }) => messages.length === 1));
      const [told = 0, ...later] = times;
      assert(later.length > 0);
      for (const time of later) assert(time - told >= 1000, `sent after ${time - told} ms`);
    });
  }
});

describe("requests per minute", () => {
  afterEach(stopFlows);

  it("hold back what is one too many, in its order, and it leaves when they are raised", async () => {
    const flow = await startFlow({ account: { concurrency: 10, requestsPerMinute: 2 } });
    const sent = ["one", "two", "three", "four"].map((payload) => flow.send({ payload }));
    await Promise.all(sent.slice(0, 2));
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 2);
    const rest: unknown[] = [];
    flow.onMessage(({ job }) => rest.push(job.request.positivePrompt));
    await flow.deploy((nodes) =>
      nodes.map((node) => (node.type === "runware-account" ? { ...node, requestsPerMinute: 0 } : node)),
    );
    const outcomes = await Promise.all(sent);
    assert(outcomes.every(({ messages }) => messages.length === 1));
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 4);
  });
});

describe("messages that wait in line", () => {
  afterEach(stopFlows);

  it("are sent in their order of arrival", async () => {
    const flow = await startFlow({ account: { concurrency: 1 } });
    const sent: string[] = [];
    flow.sandbox.on("accepted", ({ id }) => sent.push(id));
    const outcomes = await sendAll(flow, 5);
    assert.deepEqual(
      outcomes.map(({ messages }) => messages[0]?.job.id),
      sent,
    );
  });
});
