import assert from "node:assert/strict";
import { FluxError } from "../../lib/errors";
import { Budget, type Reservation } from "../../lib/jobs/budget/budget";
import { type BudgetLimits, NO_LIMITS } from "../../lib/jobs/budget/limits";
import { shapeOf } from "../../lib/jobs/budget/shape";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A budget with a clock that the test moves. */
function budgetOf(limits: Partial<BudgetLimits>, start = Date.now()) {
  const budget = new Budget();
  budget.limits = { ...NO_LIMITS, ...limits };
  let now = start;
  let jobs = 0;
  const reserve = (pictures = 1, shape = "shape") => {
    jobs += 1;
    const job = `job-${jobs}`;
    budget.reserve(job, { shape, pictures, at: now });
    return job;
  };
  return {
    budget,
    reserve,
    now: () => now,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    /** Runs a job from its reservation to its end. */
    spend: (dollars: number | undefined, pictures = 1, shape = "shape") => {
      const job = reserve(pictures, shape);
      return budget.settle(job, { pictures, ...(dollars !== undefined && { dollars }) }, now);
    },
    refusal: (pictures = 1, shape = "shape"): FluxError => {
      try {
        reserve(pictures, shape);
      } catch (error) {
        assert(error instanceof FluxError, String(error));
        assert.deepEqual([error.code, error.cause.billed], ["FLUX_QUOTA", "no"]);
        assert.match(error.message, /Nothing was sent\.$/);
        return error;
      }
      return assert.fail("it fitted");
    },
  };
}

describe("a budget in pictures", () => {
  it("has room for as many as it says in any hour, and tells when it has room again", () => {
    const { reserve, refusal, pass, spend, now } = budgetOf({ picturesPerHour: 5 });
    spend(undefined, 2);
    const first = now();
    pass(10 * MINUTE);
    spend(undefined, 3);
    pass(20 * MINUTE);
    const error = refusal();
    assert.equal(error.cause.opensAt, new Date(first + HOUR).toISOString());
    assert.deepEqual([error.cause.retryable, error.retryAfter], [true, 30 * MINUTE]);
    assert.match(error.message, /budget of 5 pictures an hour is used up: 5 pictures spent; .*asks for 1 picture/);
    assert.match(error.message, /\d\d:\d\d \(in 30 min\)/);
    assert.equal(refusal(3).retryAfter, 40 * MINUTE, "three only fit when the second batch is an hour old");
    pass(30 * MINUTE);
    reserve(2);
    assert.equal(refusal().retryAfter, 10 * MINUTE);
  });

  it("counts what is reserved by jobs under way, and forgets it when nothing was billed", () => {
    const { budget, reserve, refusal } = budgetOf({ picturesPerDay: 4 });
    const job = reserve(4);
    assert.match(refusal().message, /0 pictures spent and 4 pictures reserved for jobs under way/);
    budget.release(job);
    budget.release(job);
    reserve(4);
    refusal();
  });

  it("counts the pictures that came, not those that were asked for", () => {
    const { budget, reserve, refusal } = budgetOf({ picturesPerHour: 4 });
    budget.settle(reserve(4), { pictures: 1 });
    reserve(3);
    refusal();
  });

  it("of a day counts for 24 hours", () => {
    const { refusal, reserve, spend, pass } = budgetOf({ picturesPerDay: 1 });
    spend(undefined);
    pass(24 * HOUR - 1);
    assert.equal(refusal().retryAfter, 1);
    pass(1);
    reserve();
  });

  it("names no time for a request that never fits", () => {
    const { refusal } = budgetOf({ picturesPerHour: 4 });
    const error = refusal(5);
    assert.deepEqual([error.cause.opensAt, error.cause.retryable, error.retryAfter], [undefined, false, undefined]);
    assert.match(
      error.message,
      /asks for 5 pictures, more than the account's budget of 4 pictures an hour ever allows/,
    );
  });

  it("names the limit that opens last when several stand against a request", () => {
    const { refusal, spend } = budgetOf({ picturesPerHour: 1, picturesPerDay: 1 });
    spend(undefined);
    assert.equal(refusal().retryAfter, 24 * HOUR);
  });
});

describe("a budget in dollars", () => {
  it("reserves the author's price for the pictures while nothing else is known", () => {
    const { budget, reserve, refusal } = budgetOf({ dollarsPerHour: 0.1, pricePerPicture: 0.03 });
    reserve(3);
    const error = refusal();
    assert.match(error.message, /budget of \$0\.10 an hour .*\$0\.00 spent and \$0\.09 reserved .*may cost \$0\.03/);
    budget.settle("job-1", { dollars: 0.01, pictures: 3 });
    reserve();
  });

  it("reserves what a request of that shape cost last, rather than that", () => {
    const { reserve, refusal, spend } = budgetOf({ dollarsPerHour: 1, pricePerPicture: 0.5 });
    spend(0.02, 2, "cheap");
    reserve(50, "cheap");
    assert.match(refusal(1, "dear").message, /may cost \$0\.50/);
  });

  it("takes the worst case for spent where nobody tells the cost", () => {
    const { refusal, spend } = budgetOf({ dollarsPerHour: 1, pricePerPicture: 0.6 });
    assert.equal(spend(undefined)?.state, "estimated");
    assert.match(refusal().message, /\$0\.60 spent/);
  });

  it("lets a request of unknown price through as long as anything is left", () => {
    const { reserve, refusal, spend } = budgetOf({ dollarsPerHour: 1 });
    spend(0.99, 1, "known");
    const job = reserve(1, "unknown");
    assert.equal(refusal(1, "known").cause.retryable, true);
    assert(job);
    spend(0.5, 1, "other");
    const error = refusal(1, "never seen");
    assert.match(error.message, /\$1\.49 spent\. It has room/);
    assert.equal(error.retryAfter, HOUR);
  });

  it("does not drift over ten thousand small sums", () => {
    const { budget, reserve, refusal, now } = budgetOf({ dollarsPerHour: 1001 });
    for (let n = 0; n < 10_000; n += 1) budget.settle(reserve(), { dollars: 0.1, pictures: 1 }, now());
    for (let n = 0; n < 10; n += 1) reserve();
    refusal();
  });

  it("however small is a limit", () => {
    budgetOf({ dollarsPerDay: 1e-12, pricePerPicture: 0.01 }).refusal();
  });

  it("takes a cost that is none for an unknown one", () => {
    const { budget, reserve } = budgetOf({ pricePerPicture: 0.5 });
    for (const dollars of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      assert.equal(budget.settle(reserve(), { dollars, pictures: 1 })?.state, "estimated");
    }
  });
});

describe("a budget after a restart", () => {
  const kept = (entries: readonly Reservation[]): Reservation[] => JSON.parse(JSON.stringify(entries));

  it("goes on where it was, and counts nothing twice", () => {
    const before = budgetOf({ picturesPerHour: 10, dollarsPerHour: 1 });
    const first = before.spend(0.4, 2);
    const running = before.budget.reserve("running", { shape: "shape", pictures: 2, at: before.now() });
    assert(first);
    const after = budgetOf({ picturesPerHour: 10, dollarsPerHour: 1 }, before.now());
    const entries = kept([first, running]);
    after.budget.restore(entries);
    after.budget.restore(entries);
    assert.match(after.refusal(2).message, /\$0\.40 spent and \$0\.40 reserved .*may cost \$0\.40/);
    after.budget.settle("running", { dollars: 0.1, pictures: 2 }, after.now());
    after.reserve(2);
    assert.match(after.refusal(7).message, /4 pictures spent and 2 pictures reserved/);
  });

  it("does not count what was never billed", () => {
    const before = budgetOf({ picturesPerHour: 1 });
    const reservation = before.budget.reserve("a", { shape: "s", pictures: 1, at: before.now() });
    before.budget.release("a");
    const after = budgetOf({ picturesPerHour: 1 });
    after.budget.restore(kept([reservation]));
    after.reserve();
  });

  it("has a job's reservation once, whoever asks again", () => {
    const { budget, now, reserve } = budgetOf({ picturesPerHour: 2 });
    budget.restore([{ job: "a", shape: "s", pictures: 1, at: now(), state: "reserved" }]);
    budget.reserve("a", { shape: "s", pictures: 1, at: now() });
    reserve();
  });

  it("knows the last prices", () => {
    const before = budgetOf({});
    before.spend(0.3, 3);
    const after = budgetOf({ dollarsPerHour: 0.15 });
    after.budget.restore([], before.budget.prices());
    after.reserve();
    assert.match(after.refusal().message, /may cost \$0\.10/);
  });

  it("remembers a thousand prices, the last met", () => {
    const { budget, spend } = budgetOf({});
    for (let n = 0; n < 1200; n += 1) spend(0.01, 1, `shape-${n}`);
    const shapes = budget.prices().map(({ shape }) => shape);
    assert.deepEqual([shapes.length, shapes[0], shapes.at(-1)], [1000, "shape-200", "shape-1199"]);
  });
});

describe("the shape of a request", () => {
  const request = {
    positivePrompt: "a heron",
    width: 512,
    height: 512,
    numberResults: 1,
    seed: 1,
    lora: [{ model: "civitai:1@2", weight: 1 }],
    inputs: { referenceImages: ["https://example.test/a.png"] },
  };
  const shape = (more: object = {}, model = "runware:111@1") => shapeOf(model, { ...request, ...more });

  it("is the same whatever it shows", () => {
    for (const same of [
      { positivePrompt: "a very long story about an otter", seed: "9223372036854775807" },
      { seed: undefined },
      { inputs: { referenceImages: ["3d2b7a53-58d3-4cb2-8e59-1d5a8a9b7a11"] } },
      { inputs: { referenceImages: [`data:image/png;base64,${"A".repeat(5000)}`] } },
      { inputs: { referenceImages: ["A".repeat(5000)] } },
      { inputs: { referenceImages: [Buffer.from("x")] } },
    ]) {
      assert.equal(shape(same), shape(), JSON.stringify(same).slice(0, 80));
    }
    const { positivePrompt, seed, ...rest } = request;
    assert.equal(shapeOf("runware:111@1", { ...rest }), shape());
    const reversed = Object.fromEntries(Object.entries(request).reverse());
    assert.equal(shapeOf("runware:111@1", reversed), shape());
  });

  it("is another with another model, size, number, or number of pictures", () => {
    const shapes = [
      shape(),
      shape({}, "runware:107@1"),
      shape({ width: 1024 }),
      shape({ numberResults: 2 }),
      shape({ lora: [] }),
      shape({ lora: [{ model: "civitai:1@3", weight: 1 }] }),
      shape({ inputs: {} }),
      shape({ inputs: { referenceImages: ["https://example.test/a.png", "https://example.test/b.png"] } }),
    ];
    assert.equal(new Set(shapes).size, shapes.length);
  });
});
