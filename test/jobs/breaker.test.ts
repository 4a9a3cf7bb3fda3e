import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { FluxError } from "../../lib/errors";
import { Breaker } from "../../lib/jobs/breaker";

const refusedKey = new FluxError("FLUX_AUTH", "The key was refused.", { status: 401 }, undefined, "service");

/** A breaker after `count` failed requests, one second apart, of as many jobs. */
function afterFailures(count: number, jobOf: (n: number) => string = String, error = refusedKey) {
  let now = 1_000_000;
  const breaker = new Breaker(() => now);
  const pass = (ms: number) => {
    now += ms;
  };
  for (let n = 0; n < count; n += 1) {
    breaker.failed(jobOf(n), error);
    pass(1000);
  }
  return { breaker, pass };
}

describe("a key that is refused again and again", () => {
  it("is not tried again for half a minute, and the error says so", () => {
    const { breaker } = afterFailures(5);
    assert.throws(
      () => breaker.check(),
      (error) =>
        error instanceof FluxError &&
        error.code === "FLUX_AUTH" &&
        error.cause.billed === "no" &&
        error.retryAfter === 29_000 &&
        /Nothing more is sent for 29 s/.test(error.message),
    );
  });

  it("is tried with one job after that, and freely when it got through", () => {
    const { breaker, pass } = afterFailures(5);
    pass(30_000);
    breaker.check();
    assert.throws(
      () => breaker.check(),
      (error) => error instanceof FluxError && error.retryAfter === 1000,
      "the others look again soon",
    );
    breaker.succeeded();
    breaker.check();
    breaker.check();
  });

  it("closes the account again when that one job fails as well", () => {
    const { breaker, pass } = afterFailures(5);
    pass(30_000);
    breaker.check();
    breaker.failed("probe", refusedKey);
    assert.throws(() => breaker.check(), FluxError);
    pass(30_000);
    breaker.check();
  });

  it("does not stay closed for ever when that one job never comes back", () => {
    const { breaker, pass } = afterFailures(5);
    pass(30_000);
    breaker.check();
    pass(120_000);
    breaker.check();
  });
});

describe("requests whose fate is unknown, one after the other", () => {
  const lost = new FluxError(
    "FLUX_PROVIDER",
    "It failed (502). The job abc may have been accepted and paid for.",
    { status: 502, requestId: "abc", billed: "unknown" },
    undefined,
    "service",
  );

  it("hold the next message back as one that was never sent: it may wait, and the others' money is not its matter", () => {
    const { breaker } = afterFailures(5, String, lost);
    assert.throws(
      () => breaker.check(),
      (error) =>
        error instanceof FluxError &&
        error.cause.retryable &&
        error.cause.billed === "no" &&
        error.cause.requestId === undefined &&
        Date.parse(error.cause.opensAt ?? "") > Date.now() &&
        error.message ===
          "5 requests in a row failed, the last one so: It failed (502). Nothing more is sent for 29 s.",
    );
  });
});

describe("failures that do not mean the service is down", () => {
  it("four in a row, or five with a success between them, stop nothing", () => {
    afterFailures(4).breaker.check();
    const { breaker } = afterFailures(4);
    breaker.succeeded();
    breaker.failed("another", refusedKey);
    breaker.check();
  });

  it("one job's repetitions, however many, stop no other job", () => {
    afterFailures(20, () => "the same").breaker.check();
  });

  it("jobs that shared one request fail once", () => {
    const breaker = new Breaker(() => 0);
    for (let n = 0; n < 50; n += 1) breaker.failed(String(n), refusedKey);
    breaker.check();
  });

  it("what is wrong with one job shows that the service is there", () => {
    const { breaker } = afterFailures(4);
    breaker.failed("refused", new FluxError("FLUX_CONTENT_POLICY", "The prompt was refused.", { status: 400 }));
    breaker.failed("another", refusedKey);
    breaker.check();
  });
});

describe("a thousand jobs at once", () => {
  const never = new AbortController().signal;
  setMaxListeners(0, never);
  /** Lets them in and answers each request that goes ahead; returns how many did, by the turn in which they did. */
  async function enterAll(breaker: Breaker, answer: (job: string, sentAt: number) => void, together?: number) {
    const turns: number[] = [];
    let ahead: (() => void)[] = [];
    const refused: unknown[] = [];
    const jobs = Array.from({ length: 1000 }, async (_, n) => {
      try {
        const leave = await breaker.enter(never, together);
        const sentAt = breaker.now();
        await new Promise<void>((resolve) => ahead.push(resolve));
        answer(String(n), sentAt);
        leave();
      } catch (error) {
        refused.push(error);
      }
    });
    const all = Promise.all(jobs);
    for (let left = 1000; left > 0; ) {
      await new Promise(setImmediate);
      const now = ahead;
      ahead = [];
      left = 1000 - turns.reduce((sum, count) => sum + count, 0) - now.length - refused.length;
      if (now.length > 0) turns.push(now.length);
      for (const hear of now) hear();
    }
    await all;
    return { turns, refused };
  }

  it("cost a handful of requests when the key is refused", async () => {
    const breaker = new Breaker();
    const { turns, refused } = await enterAll(breaker, (job, sentAt) => breaker.failed(job, refusedKey, sentAt));
    assert.deepEqual(turns, [2, 1, 1, 1, 1]);
    assert.equal(refused.length, 994);
    assert(refused.every((error) => error instanceof FluxError && error.code === "FLUX_AUTH"));
  });

  it("cost a handful of requests where fifty share one", async () => {
    const breaker = new Breaker();
    const { turns } = await enterAll(breaker, (job, sentAt) => breaker.failed(job, refusedKey, sentAt), 50);
    assert.deepEqual(turns, [50, 1, 1, 1, 1]);
  });

  it("all go ahead as soon as the service has taken one", async () => {
    const breaker = new Breaker();
    const { turns } = await enterAll(breaker, () => breaker.succeeded());
    assert.deepEqual(turns, [2, 998]);
  });
});
