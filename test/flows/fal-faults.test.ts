import assert from "node:assert/strict";
import { type FlowOptions, type Outcome, startFlow, stopFlows } from "../support/flow";

const prompt = "a lighthouse at dusk";
const small = { image_size: { width: 128, height: 128 } };

/** What a fault costs, and what the flow gets. */
interface Expectation {
  fault: string;
  delivery?: "queue" | "sync";
  retries?: number;
  /** Delivered when absent. */
  code?: string;
  billed?: string;
  /** How often the paid request reached the service, and how many jobs it charged. */
  submissions: number;
  charges: number;
  says?: RegExp;
}

const once = (fault: string, more: Partial<Expectation> = {}): Expectation => ({
  fault: `${fault} x1`,
  submissions: 2,
  charges: 1,
  ...more,
});
const unknownOutcome = (fault: string, charges: number, more: Partial<Expectation> = {}): Expectation => ({
  fault,
  code: "FLUX_OUTCOME_UNKNOWN",
  billed: "unknown",
  submissions: 1,
  charges,
  ...more,
});
const refusal = (fault: string, code: string, says?: RegExp): Expectation => ({
  fault,
  code,
  billed: "no",
  submissions: 1,
  charges: 0,
  ...(says && { says }),
});

const REHEARSED: Record<string, Expectation> = {
  "busy once (429)": once("429"),
  "busy once and saying for how long (429 with Retry-After)": once("429-after=0"),
  "down once (503)": once("503"),
  "busy for good": { ...refusal("429", "FLUX_RATE_LIMIT"), retries: 0 },
  "refusing the key (401)": refusal("401", "FLUX_AUTH"),
  "refusing the account (locked)": refusal("locked", "FLUX_QUOTA", /[Tt]op/),
  "failing at the door (500)": unknownOutcome("500", 0),
  "behind a gateway that answers HTML (502)": unknownOutcome("html502", 0),
  "dropping the connection": unknownOutcome("drop", 0),
  "losing its answer after it took the job": unknownOutcome("lost-answer", 1),
  "failing while it works on the job": { fault: "fail", code: "FLUX_PROVIDER", submissions: 1, charges: 0 },
  "saying COMPLETED with an error": { fault: "completed-error", code: "FLUX_PROVIDER", submissions: 1, charges: 0 },
  // The result's status alone would pass for the model's refusal of a parameter.
  "saying COMPLETED with an error that its result does not name": {
    fault: "completed-error=422",
    code: "FLUX_PROVIDER",
    billed: "no",
    submissions: 1,
    charges: 0,
    says: /internal_error/,
  },
  "moderating the prompt": { fault: "moderated", code: "FLUX_CONTENT_POLICY", submissions: 1, charges: 0 },
  slow: { fault: "slow=0.3", submissions: 1, charges: 1 },
  "reporting a state that nobody knows": { fault: "unknown-status", submissions: 1, charges: 1 },
  "forgetting its result": {
    fault: "expired-result",
    code: "FLUX_PROVIDER",
    billed: "yes",
    submissions: 1,
    charges: 1,
  },
  "busy once, without its queue": once("429", { delivery: "sync" }),
  "slow, without its queue": { fault: "slow=0.3", delivery: "sync", submissions: 1, charges: 1 },
  "losing its answer, without its queue": unknownOutcome("lost-answer", 1, { delivery: "sync" }),
  "behind a gateway that answers HTML, without its queue": unknownOutcome("html502", 0, { delivery: "sync" }),
  // An error 500 of a request that was waited for does not say whether the pictures had been made.
  "failing while it works, without its queue": unknownOutcome("fail", 0, { delivery: "sync" }),
};

const options = ({ delivery = "queue", retries = 2 }: Partial<Expectation>): FlowOptions => ({
  node: { type: "fal-flux-srpo", delivery },
  account: { retries },
});

function withoutSecrets({ caught }: Outcome): void {
  const everything = JSON.stringify(caught?.error ?? {});
  assert.doesNotMatch(everything, /lighthouse/, "the prompt is not in the error");
  assert.doesNotMatch(everything, /sandbox-key/, "the key is not in the error");
}

describe("fal, when it is", () => {
  afterEach(stopFlows);

  for (const [name, expected] of Object.entries(REHEARSED)) {
    const end = expected.code ? `ends as ${expected.code} at Catch` : "still delivers the picture";
    it(`${name}: ${end}, submitted ${expected.submissions} times, charged ${expected.charges} times`, async () => {
      const flow = await startFlow(options(expected));
      let submissions = 0;
      flow.sandbox.on("submitted", () => {
        submissions += 1;
      });
      const outcome = await flow.send({ payload: `${prompt} [fault:${expected.fault}]`, flux: small });
      const { messages, caught } = outcome;
      assert.equal(caught?.error.code, expected.code, caught?.error.message);
      assert.equal(messages.length, expected.code ? 0 : 1);
      if (expected.billed) assert.equal(caught?.error.cause.billed, expected.billed);
      if (expected.says) assert.match(String(caught?.error.message), expected.says);
      withoutSecrets(outcome);
      assert.equal(submissions, expected.submissions);
      const { ledger } = flow.sandbox;
      const charges = ledger.jobIds().reduce((sum, id) => sum + ledger.charges(id), 0);
      assert.equal(charges, expected.charges);
    });
  }

  it("cutting its answer short: the job is known by its header, awaited, and charged once", async () => {
    const flow = await startFlow(options({}));
    const outcome = await flow.send({ payload: `${prompt} [fault:truncated-json x1]`, flux: small });
    assert.equal(outcome.caught?.error.message, undefined);
    assert.equal(outcome.messages.length, 1);
    assert.equal(flow.sandbox.ledger.jobIds().length, 1);
  });

  it("not there at all: the request is sent again, and ends as FLUX_NETWORK that cost nothing", async () => {
    // Nobody listens there: it is none of the ports that are given to whoever asks for any.
    const address = "http://127.0.0.1:1";
    const flow = await startFlow({ ...options({ retries: 1 }), account: { queueUrl: address, retries: 1 } });
    const { caught } = await flow.send({ payload: prompt, flux: small });
    assert.deepEqual([caught?.error.code, caught?.error.cause.billed], ["FLUX_NETWORK", "no"]);
  });

  it("refusing a parameter that went through unchecked: its path is in words, and costs nothing", async () => {
    const flow = await startFlow({ node: { type: "fal-flux-srpo", allowUnknown: true } });
    const { caught } = await flow.send({ payload: prompt, flux: { ...small, brightness: { red: 2 } } });
    assert.deepEqual([caught?.error.code, caught?.error.cause.billed], ["FLUX_VALIDATION", "no"]);
    assert.match(String(caught?.error.message), /brightness/);
    assert.equal(caught?.error.cause.status, 422);
    assert.ok(caught?.error.cause.violations.length);
  });

  it("failing for one call after the job was taken: the call is repeated, the job is charged once", async () => {
    for (const call of ["status", "result"]) {
      const flow = await startFlow(options({}));
      for (const fault of ["500", "html502", "drop"]) flow.sandbox.arm(fault, { call });
      const { messages, caught } = await flow.send({ payload: prompt, flux: small });
      assert.equal(caught?.error.message, undefined, call);
      assert.equal(messages.length, 1);
      assert.equal(flow.sandbox.ledger.jobIds().length, 1);
      await stopFlows();
    }
  });
});
