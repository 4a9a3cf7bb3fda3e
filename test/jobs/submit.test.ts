import assert from "node:assert/strict";
import { mock } from "node:test";
import { FluxError } from "../../lib/errors";
import { Breaker } from "../../lib/jobs/breaker";
import { Gate } from "../../lib/jobs/gate";
import { type SubmitContext, submit } from "../../lib/jobs/submit";
import type { Found, Provider, Submission } from "../../lib/providers/provider";
import { aJob } from "./job";

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

async function run(
  steps: Step[],
  {
    retries = 2,
    submittedAt = Date.now(),
    attempts = 0,
    overdueAt = Date.now() + 600_000,
    resendWindow = 600_000,
    gate = new Gate(),
    ...more
  }: Partial<SubmitContext> & { submittedAt?: number; attempts?: number; resendWindow?: number } = {},
) {
  const subject = aJob({ submittedAt, attempts });
  const { signal } = new AbortController();
  const provider = scripted(steps, resendWindow);
  const context = { provider, breaker: new Breaker(), gate, retries, overdueAt, signal, ...more };
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

  it("is let go of while it is made ready, however long that takes", async () => {
    const abort = new AbortController();
    const asSent = () => {
      setImmediate(() => abort.abort(busy));
      return new Promise<never>(() => {});
    };
    const { outcome, attempts } = await run([], { asSent, signal: abort.signal });
    assert.deepEqual([outcome, attempts], [busy, 0]);
  });

  it("is refused unsent when it is not ready before the deadline", async () => {
    const asSent = () => new Promise<never>(() => {});
    const { outcome, attempts } = await run([], { asSent, overdueAt: Date.now() + 50 });
    isFluxError(outcome, "FLUX_TIMEOUT", "no");
    assert.equal(attempts, 0);
  });

  it("is not sent again when the ten minutes are over before it is made ready", async () => {
    let times = 0;
    const asSent = () => {
      times += 1;
      return times === 1 ? Promise.resolve({}) : new Promise<never>(() => {});
    };
    // By the clock there is time left until it is to be made ready again, however slow this machine is.
    mock.timers.enable({ apis: ["Date"], now: Date.now() });
    try {
      const submittedAt = Date.now() - 599_800;
      const { outcome, attempts } = await run([{ submit: lost }, { find: unknown }], { asSent, submittedAt });
      isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
      assert.deepEqual([times, attempts], [2, 1]);
    } finally {
      mock.timers.reset();
    }
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
    assert.equal(outcome.cause.requestId, aJob().id);
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

  describe("whose answer the process did not live to hear", () => {
    const again = { mayHaveBeenSent: true, attempts: 1 };

    it("is asked for and not sent again when the service has it", async () => {
      const { outcome, attempts } = await run([{ find: accepted }], again);
      assert.deepEqual([outcome, attempts], [accepted, 1]);
    });

    it("is sent under the same id when the service does not know it, even where nothing is repeated", async () => {
      const { outcome, attempts } = await run([{ find: unknown }, { submit: accepted }], { ...again, retries: 0 });
      assert.deepEqual([outcome, attempts], [accepted, 2]);
    });

    it("is asked for until the network is back", async () => {
      const down: Step = { find: unreachable };
      const { outcome } = await run([...Array(9).fill(down), { find: accepted }], { ...again, retries: 1 });
      assert.equal(outcome, accepted);
    });

    it("is not sent again after ten minutes, and its outcome is unknown", async () => {
      const submittedAt = Date.now() - 660_000;
      const { outcome, attempts } = await run([{ find: unknown }], { ...again, submittedAt });
      isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
      assert.equal(outcome.cause.requestId, aJob().id);
      assert.equal(attempts, 1);
    });

    it("is not sent to another account than it was accepted for", async () => {
      const { outcome, attempts } = await run([{ find: unknown }], { ...again, mayResend: false });
      isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
      assert.equal(attempts, 1);
    });

    it("may have been paid for whatever a repetition is told", async () => {
      const { outcome } = await run([{ find: unknown }, { submit: refused }], again);
      isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
    });

    it("has an unknown outcome at once where the service does not know our ids, with model and time", async () => {
      const submittedAt = Date.parse("2031-05-06T07:08:09Z");
      const { outcome, attempts } = await run([], { ...again, submittedAt, resendWindow: 0 });
      isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
      assert.match(outcome.message, /Node-RED ended before .*runware:111@1 sent at 2031-05-06T07:08:09/);
      assert.equal(attempts, 1);
    });
  });

  describe("that the author would rather pay for twice than not have", () => {
    const paying = { repeatLost: true, resendWindow: 0 };

    it("is sent again when its answer was lost", async () => {
      const { outcome, attempts } = await run([{ submit: lost }, { submit: lost }, { submit: accepted }], paying);
      assert.deepEqual([outcome, attempts], [accepted, 3]);
    });

    it("is sent again when the process ended before its answer came", async () => {
      const { outcome, attempts } = await run([{ submit: accepted }], {
        ...paying,
        mayHaveBeenSent: true,
        attempts: 1,
      });
      assert.deepEqual([outcome, attempts], [accepted, 2]);
    });

    it("is sent as often as the account repeats, and the error says how often it may have been paid for", async () => {
      const { outcome, attempts } = await run([{ submit: lost }, { submit: lost }], { ...paying, retries: 1 });
      isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
      assert.match(outcome.message, /was sent 2 times, because the account repeats lost answers.*Each of them may/);
      assert.equal(attempts, 2);
    });

    it("is not sent more often because the process ends each time", async () => {
      const { outcome, attempts } = await run([], { ...paying, mayHaveBeenSent: true, attempts: 3, retries: 2 });
      isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
      assert.equal(attempts, 3);
    });

    it("is not sent again to another account", async () => {
      const { outcome } = await run([], { ...paying, mayHaveBeenSent: true, attempts: 1, mayResend: false });
      isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
    });

    it("is not sent again to a service that can be asked for it and was not reached", async () => {
      const ask: Step = { find: unreachable };
      const { outcome } = await run([{ submit: lost }, ask, ask, ask], { repeatLost: true });
      isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
    });
  });

  describe("that is announced before it leaves", () => {
    const full = new FluxError("FLUX_STORAGE", "The disk is full.");

    it("is announced each time, with the number of the attempt", async () => {
      const announced: number[] = [];
      const onSending = async (attempt: number) => void announced.push(attempt);
      await run([{ submit: busy }, { submit: accepted }], { onSending });
      assert.deepEqual(announced, [1, 2]);
    });

    it("is not sent when that fails, and nothing is paid", async () => {
      const { outcome, attempts } = await run([], { onSending: () => Promise.reject(full) });
      isFluxError(outcome, "FLUX_STORAGE", "no");
      assert.equal(attempts, 0);
    });

    it("has an unknown outcome when that fails after a lost answer", async () => {
      const onSending = async (attempt: number) => {
        if (attempt > 1) throw full;
      };
      const { outcome, attempts } = await run([{ submit: lost }, { find: unknown }], { onSending });
      isFluxError(outcome, "FLUX_OUTCOME_UNKNOWN", "unknown");
      assert.match(outcome.message, /disk is full/);
      assert.equal(attempts, 1);
    });
  });

  it("closes the gate of its key for as long as the service asks, and waits there itself", async () => {
    const gate = new Gate();
    const aWhile = new FluxError("FLUX_RATE_LIMIT", "Busy.", { status: 429, retryable: true }, 20);
    const closed: boolean[] = [];
    const onSending = async () => void closed.push(gate.opensIn > 0);
    const { outcome } = await run([{ submit: aWhile }, { submit: accepted }], { gate, onSending });
    assert.equal(outcome, accepted);
    assert.deepEqual(closed, [false, false], "nothing left while it was closed");
  });

  it("waits as well when the gate was closed after it had passed, and is announced when it leaves", async () => {
    const gate = new Gate();
    gate.pause(20);
    const closed: boolean[] = [];
    const onSending = async () => void closed.push(gate.closedFor > 0);
    const { outcome, attempts } = await run([{ submit: accepted }], { gate, onSending, retries: 0 });
    assert.deepEqual([outcome, attempts, closed], [accepted, 1, [false]]);
  });

  it("is refused unsent when the service wants to be left alone beyond the deadline", async () => {
    const gate = new Gate();
    gate.pause(60_000);
    const { outcome, attempts } = await run([], { gate, overdueAt: Date.now() + 5000 });
    isFluxError(outcome, "FLUX_RATE_LIMIT", "no");
    assert.equal(attempts, 0);
  });
});
