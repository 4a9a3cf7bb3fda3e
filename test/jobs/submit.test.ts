import assert from "node:assert/strict";
import { FluxError } from "../../lib/errors";
import { Breaker } from "../../lib/jobs/breaker";
import type { Job } from "../../lib/jobs/job";
import { submit } from "../../lib/jobs/submit";
import type { Found, Provider, Submission } from "../../lib/providers/provider";

const accepted: Submission = { state: "accepted" };
const unknown: Found = { state: "unknown" };
const busy = new FluxError("FLUX_RATE_LIMIT", "Busy.", { status: 429, retryable: true });
const busyForLong = new FluxError("FLUX_RATE_LIMIT", "Busy.", { status: 429, retryable: true }, 60_000);
const lost = new FluxError("FLUX_NETWORK", "The answer was lost.", { retryable: true, billed: "unknown" });
const refused = new FluxError("FLUX_QUOTA", "No credit.", { status: 402 });
const unreachable = new FluxError("FLUX_NETWORK", "Offline.", { retryable: true });

type Step = { submit: Submission | FluxError } | { find: Found | FluxError };

/** A provider that follows a script, and fails the test when it is asked for anything else. */
function scripted(steps: Step[], resendWindow: number): Provider {
  const play = <Kind extends "submit" | "find">(kind: Kind) => {
    const step = steps.shift();
    assert.ok(step && kind in step, `the service was asked to ${kind}, but the script says ${JSON.stringify(step)}`);
    const outcome = (step as Record<Kind, unknown>)[kind];
    return outcome instanceof FluxError ? Promise.reject(outcome) : Promise.resolve(outcome as never);
  };
  return {
    name: "runware",
    resendWindow,
    prepare: (task) => Promise.resolve(task.request),
    submit: () => play("submit"),
    find: () => play("find"),
    wait: () => Promise.reject(new Error("not asked here")),
    close: () => Promise.resolve(),
  };
}

const job = (): Job => ({
  id: "8a0b4f1e-54b6-4c80-9d3c-0f7e5a3a1a11",
  nodeId: "n",
  model: "runware:111@1",
  request: {},
  attachments: [],
  expected: 1,
  phase: { state: "submitting" },
  attempts: 0,
  acceptedAt: Date.now(),
  submittedAt: Date.now(),
});

async function run(
  steps: Step[],
  { retries = 2, submittedAt = Date.now(), overdueAt = Date.now() + 600_000, resendWindow = 600_000 } = {},
) {
  const subject = { ...job(), submittedAt };
  const { signal } = new AbortController();
  const context = { provider: scripted(steps, resendWindow), breaker: new Breaker(), retries, overdueAt, signal };
  const outcome = await submit(subject, context).catch((error: unknown) => error);
  assert.equal(steps.length, 0, "the whole script was played");
  return { outcome, attempts: subject.attempts };
}

function isFluxError(outcome: unknown, code: string, billed: string): asserts outcome is FluxError {
  assert.ok(outcome instanceof FluxError, String(outcome));
  assert.deepEqual([outcome.code, outcome.cause.billed], [code, billed]);
}

describe("a paid request", () => {
  let random: () => number;
  before(() => {
    random = Math.random;
    Math.random = () => 0; // No pauses: chance decides how long they are.
  });
  after(() => {
    Math.random = random;
  });

  it("is sent once when the service takes it", async () => {
    const { outcome, attempts } = await run([{ submit: accepted }]);
    assert.deepEqual([outcome, attempts], [accepted, 1]);
  });

  it("is sent again after a refusal that came before acceptance", async () => {
    const { outcome, attempts } = await run([{ submit: busy }, { submit: unreachable }, { submit: accepted }]);
    assert.deepEqual([outcome, attempts], [accepted, 3]);
  });

  it("is not sent again when the service says no", async () => {
    const { outcome } = await run([{ submit: refused }]);
    isFluxError(outcome, "FLUX_QUOTA", "no");
  });

  it("is asked for, not repeated, when its answer was lost and the service knows it", async () => {
    const { outcome, attempts } = await run([{ submit: lost }, { find: accepted }]);
    assert.deepEqual([outcome, attempts], [accepted, 1]);
  });

  it("is sent again when its answer was lost and the service never saw it", async () => {
    const { outcome, attempts } = await run([{ submit: lost }, { find: unknown }, { submit: accepted }]);
    assert.deepEqual([outcome, attempts], [accepted, 2]);
  });

  it("goes on asking when the question fails, before anything is paid again", async () => {
    const { outcome, attempts } = await run([{ submit: lost }, { find: unreachable }, { find: accepted }]);
    assert.deepEqual([outcome, attempts], [accepted, 1]);
  });

  it("has an unknown outcome when its answer was lost and nobody can be asked", async () => {
    const ask: Step = { find: unreachable };
    const { outcome, attempts } = await run([{ submit: lost }, ask, ask, ask]);
    isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
    assert.equal(outcome.cause.requestId, job().id);
    assert.equal(attempts, 1);
  });

  it("has an unknown outcome when a repetition is refused after a lost answer", async () => {
    const { outcome } = await run([{ submit: lost }, { find: unknown }, { submit: refused }]);
    isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
  });

  it("is not repeated later than ten minutes after it was first sent", async () => {
    const elevenMinutesAgo = Date.now() - 660_000;
    const { outcome } = await run([{ submit: lost }, { find: unknown }], { submittedAt: elevenMinutesAgo });
    isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
  });

  it("is not repeated when the service asks for a wait beyond the ten minutes, after a lost answer", async () => {
    const lostForLong = new FluxError("FLUX_PROVIDER", "Down.", { retryable: true, billed: "unknown" }, 0);
    const nineMinutesAgo = Date.now() - 599_990;
    const { outcome, attempts } = await run([{ submit: lostForLong }, { find: unknown }, { submit: busyForLong }], {
      submittedAt: nineMinutesAgo + 5000,
      overdueAt: Date.now() + 3_600_000,
    });
    isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
    assert.equal(attempts, 2);
  });

  it("fails with the reason at once when the service asks for a wait beyond the deadline", async () => {
    const { outcome, attempts } = await run([{ submit: busyForLong }], { overdueAt: Date.now() + 1000 });
    isFluxError(outcome, "FLUX_RATE_LIMIT", "no");
    assert.equal(attempts, 1);
  });

  it("is given up after as many repetitions as the account allows", async () => {
    const { outcome, attempts } = await run([{ submit: busy }, { submit: busy }], { retries: 1 });
    isFluxError(outcome, "FLUX_RATE_LIMIT", "no");
    assert.equal(attempts, 2);
  });

  describe("to a service that does not take over our ids", () => {
    const theirs = { resendWindow: 0 };

    it("is neither repeated nor asked for when its answer was lost, and the error says where to look", async () => {
      const { outcome, attempts } = await run([{ submit: lost }], theirs);
      isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
      assert.equal(attempts, 1);
      assert.equal(outcome.cause.requestId, undefined, "our own id would lead nowhere");
      assert.match(outcome.message, /gave no id for it.* runware:111@1 sent at 20\d\d-/);
    });

    it("is named by the service's id when the answer that got lost still had it", async () => {
      const named = new FluxError("FLUX_PROVIDER", "Cut short.", { requestId: "theirs-1", billed: "unknown" });
      const { outcome } = await run([{ submit: named }], theirs);
      isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
      assert.equal(outcome.cause.requestId, "theirs-1");
      assert.match(outcome.message, /look up job theirs-1/);
    });

    it("is sent again when it provably never arrived, or was refused for being one too many", async () => {
      const { outcome, attempts } = await run(
        [{ submit: unreachable }, { submit: busy }, { submit: accepted }],
        theirs,
      );
      assert.deepEqual([outcome, attempts], [accepted, 3]);
    });
  });
});
