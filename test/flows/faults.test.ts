import assert from "node:assert/strict";
import { overrun, sendAndOverrun } from "../support/controls";
import { type Flow, type FlowOptions, startFlow, stopFlows } from "../support/flow";
import { untilTold } from "../support/until-told";

const prompt = "a lighthouse at dusk";
const size = { width: 128, height: 128 };

/** What a fault costs, and what the flow gets. */
interface Expectation {
  fault: string;
  options?: FlowOptions;
  /** Delivered when absent. */
  code?: string;
  billed?: string;
  /** How often the paid request reached the service, and how often it was charged. */
  submissions: number;
  charges: number;
}

const account = (properties: Record<string, unknown>): FlowOptions => ({ account: properties });
const patient = account({ retries: 2 });
const impatient = account({ retries: 0 });

const REHEARSED: Record<string, Expectation> = {
  "busy once (429)": { fault: "429 x1", submissions: 2, charges: 1 },
  "busy once and saying for how long (429 with Retry-After)": { fault: "429-after=0 x1", submissions: 2, charges: 1 },
  "busy for good": {
    fault: "429",
    options: impatient,
    code: "FLUX_RATE_LIMIT",
    billed: "no",
    submissions: 1,
    charges: 0,
  },
  "refusing the key (401)": { fault: "401", code: "FLUX_AUTH", billed: "no", submissions: 1, charges: 0 },
  "out of credit (402)": { fault: "402", code: "FLUX_QUOTA", billed: "no", submissions: 1, charges: 0 },
  "moderating the prompt": { fault: "moderated", code: "FLUX_CONTENT_POLICY", submissions: 1, charges: 0 },
  "failing once (500)": { fault: "500 x1", submissions: 2, charges: 1 },
  "down once (503)": { fault: "503 x1", submissions: 2, charges: 1 },
  "down for good (503)": {
    fault: "503",
    options: impatient,
    code: "FLUX_PROVIDER",
    billed: "no",
    submissions: 1,
    charges: 0,
  },
  "behind a gateway that answers HTML once (502)": { fault: "html502 x1", submissions: 2, charges: 1 },
  slow: { fault: "slow=0.3", submissions: 1, charges: 1 },
  "losing its answer after it took the job": { fault: "lost-answer x1", options: patient, submissions: 1, charges: 1 },
  "losing its answer, and those to all questions after it": {
    fault: "lost-answer=3 x1",
    options: patient,
    code: "FLUX_OUTCOME_UNKNOWN",
    billed: "unknown",
    submissions: 1,
    charges: 1,
  },
  "dropping the connection before it took the job": { fault: "drop x1", options: patient, submissions: 2, charges: 1 },
  "cutting its answer short": { fault: "truncated-json x1", options: patient, submissions: 1, charges: 1 },
  "failing while it works on the job": { fault: "fail", code: "FLUX_PROVIDER", submissions: 1, charges: 0 },
};

describe("a service that is", () => {
  let flow: Flow;
  afterEach(stopFlows);

  for (const [name, expected] of Object.entries(REHEARSED)) {
    const end = expected.code ? `ends as ${expected.code} at Catch` : "still delivers the picture";
    it(`${name}: ${end}, charged ${expected.charges} times`, async () => {
      flow = await startFlow(expected.options);
      let taskUUID = "";
      flow.sandbox.on("submitted", (detail) => {
        assert.ok(taskUUID === "" || taskUUID === detail.id, "a job never has a second taskUUID");
        taskUUID = detail.id;
      });
      const { messages, caught } = await flow.send({ payload: `${prompt} [fault:${expected.fault}]`, flux: size });
      assert.equal(caught?.error.code, expected.code, caught?.error.message);
      assert.equal(messages.length, expected.code ? 0 : 1);
      if (expected.billed) assert.equal(caught?.error.cause.billed, expected.billed);
      if (caught) assert.doesNotMatch(caught.error.message, /lighthouse/, "the prompt is not in the error");
      if (messages[0]) assert.equal(messages[0].job.attempts, expected.submissions);
      assert.equal(flow.sandbox.ledger.charges(taskUUID), expected.charges);
    });
  }
});

describe("a picture with", () => {
  afterEach(stopFlows);

  it("NSFW content is delivered and marked", async () => {
    const flow = await startFlow();
    const { messages } = await flow.send({ payload: `${prompt} [fault:nsfw]`, flux: size });
    assert.equal(messages[0]?.image.nsfw, true);
  });

  it("an expired address is an error that says it is paid for and where it was", async () => {
    const flow = await startFlow({ node: { output: "buffer" } });
    const { caught } = await flow.send({ payload: `${prompt} [fault:expired-url]`, flux: size });
    assert.ok(caught);
    assert.equal(caught.error.cause.billed, "yes");
    assert.match(caught.error.message, /\/images\//);
    assert.match(caught.error.cause.requestId ?? "", /^[0-9a-f-]{36}$/);
  });
});

describe("a job that never finishes", () => {
  afterEach(stopFlows);

  it("ends as FLUX_TIMEOUT with the id under which the service knows it", async () => {
    const flow = await startFlow({ node: overrun });
    const { caught } = await sendAndOverrun(flow, { payload: `${prompt} [fault:never]`, flux: size });
    assert.equal(caught?.error.code, "FLUX_TIMEOUT");
    assert.equal(caught?.error.cause.billed, "unknown");
    assert.match(caught?.error.cause.requestId ?? "", /^[0-9a-f-]{36}$/);
  });

  it("is delivered once, marked as late, when it finishes after all", async () => {
    const flow = await startFlow({ node: overrun, sandbox: untilTold });
    const { caught } = await sendAndOverrun(flow, { payload: prompt, topic: "kept", flux: size, req: {}, res: {} });
    assert.equal(caught?.error.code, "FLUX_TIMEOUT");
    const delivered = flow.nextMessage();
    flow.sandbox.finish();
    const late = await delivered;
    assert.equal(late.job.late, true);
    assert.equal(late.topic, "kept");
    assert.ok(!("req" in late) && !("res" in late), "the HTTP request has been answered by then");
    assert.equal(flow.sandbox.ledger.charges(late.job.id), 1);
  });
});

describe("a job that was never accepted before its deadline", () => {
  afterEach(stopFlows);

  it("fails with the reason, costs nothing, and is not looked for later", async () => {
    const flow = await startFlow({ node: { timeout: 30 } });
    const { caught } = await flow.send({ payload: `${prompt} [fault:429-after=60]`, flux: size });
    assert.deepEqual([caught?.error.code, caught?.error.cause.billed], ["FLUX_RATE_LIMIT", "no"]);
    assert.equal(flow.sandbox.ledger.calls("getResponse"), 0);
  });
});

describe("a service that is down for a moment", () => {
  afterEach(stopFlows);

  it("fails no message, however many were on their way", async () => {
    const flow = await startFlow();
    flow.sandbox.arm("503", { count: 2 });
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => flow.send({ payload: prompt, flux: size })));
    assert.deepEqual(
      outcomes.map(({ caught }) => caught?.error.code),
      outcomes.map(() => undefined),
    );
    for (const { messages } of outcomes) assert.equal(flow.sandbox.ledger.charges(messages[0]?.job.id ?? ""), 1);
  });
});

describe("what nobody knows of the service", () => {
  afterEach(stopFlows);

  for (const [repeated, repeatedTask] of Object.entries({
    refused: "refuse",
    "charged again": "charge-again",
    "forgotten at once": { forgetAfter: 0 },
  } as const)) {
    it(`a job whose answer was lost is charged once where a repeated id is ${repeated}`, async () => {
      const flow = await startFlow({ sandbox: { repeatedTask } });
      const { messages } = await flow.send({ payload: `${prompt} [fault:lost-answer x1]`, flux: size });
      assert.equal(flow.sandbox.ledger.charges(messages[0]?.job.id ?? ""), 1);
      assert.equal(flow.sandbox.ledger.calls("imageInference"), 1);
    });
  }

  it("a job that polls have forgotten comes from the archive", async () => {
    const flow = await startFlow({ sandbox: { pollsForgetAfter: 0, latency: 300 } });
    const { messages, caught } = await flow.send({ payload: prompt, flux: size });
    assert.equal(caught?.error.message, undefined);
    assert.equal(messages.length, 1);
  });

  for (const archive of ["empty", "forbidden"] as const) {
    it(`a job that polls have forgotten and an archive that is ${archive}: the outcome is unknown, and nothing is paid twice`, async () => {
      const flow = await startFlow({ sandbox: { pollsForgetAfter: 0, archive } });
      const { caught } = await flow.send({ payload: prompt, flux: size });
      assert.equal(caught?.error.code, "FLUX_OUTCOME_UNKNOWN");
      assert.equal(caught?.error.cause.billed, "unknown");
      assert.equal(flow.sandbox.ledger.charges(caught?.error.cause.requestId ?? ""), 1);
    });
  }
});
