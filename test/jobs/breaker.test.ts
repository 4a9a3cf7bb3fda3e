import assert from "node:assert/strict";
import { FluxError } from "../../lib/errors";
import { Breaker } from "../../lib/jobs/breaker";

const refusedKey = new FluxError("FLUX_AUTH", "The key was refused.", { status: 401 });

function afterFailures(count: number) {
  let now = 1_000_000;
  const breaker = new Breaker(() => now);
  for (let n = 0; n < count; n += 1) breaker.failed(refusedKey);
  return { breaker, pass: (ms: number) => (now += ms) };
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
        /Nothing more is sent for 30 s/.test(error.message),
    );
  });

  it("is tried with one job after that, and freely when it got through", () => {
    const { breaker, pass } = afterFailures(5);
    pass(30_000);
    breaker.check();
    assert.throws(() => breaker.check(), FluxError, "the others wait for the first");
    breaker.succeeded();
    breaker.check();
    breaker.check();
  });

  it("closes the account again when that one job fails as well", () => {
    const { breaker, pass } = afterFailures(5);
    pass(30_000);
    breaker.check();
    breaker.failed(refusedKey);
    assert.throws(() => breaker.check(), FluxError);
    pass(30_000);
    breaker.check();
  });
});

describe("failures that do not mean the service is down", () => {
  it("four in a row, or five with a success between them, stop nothing", () => {
    afterFailures(4).breaker.check();
    const { breaker } = afterFailures(4);
    breaker.succeeded();
    breaker.failed(refusedKey);
    breaker.check();
  });

  it("requests that the service rejects for what they say do not count", () => {
    const { breaker } = afterFailures(0);
    for (let n = 0; n < 20; n += 1) {
      breaker.failed(new FluxError("FLUX_CONTENT_POLICY", "The prompt was refused.", { status: 400 }));
    }
    breaker.check();
  });
});
