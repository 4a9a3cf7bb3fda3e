import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { Gate } from "../../lib/jobs/gate";

const never = new AbortController().signal;
setMaxListeners(0, never);

/** A gate whose clock the test moves. `arrive` lets so many come in one turn; `passed` names those that got through. */
function gateAt(requestsPerMinute: number) {
  let now = 0;
  const gate = new Gate(requestsPerMinute, () => now);
  const passed: number[] = [];
  let arrivals = 0;
  return {
    gate,
    passed,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    arrive: async (count: number, signal = never) => {
      for (let left = count; left > 0; left -= 1) {
        const name = arrivals;
        arrivals += 1;
        gate.enter(signal).then(
          () => passed.push(name),
          () => {},
        );
      }
      await new Promise(setImmediate);
    },
  };
}

describe("requests per minute", () => {
  it("are counted over any minute, and those that are too many wait in their order", async () => {
    const { gate, passed, pass, arrive } = gateAt(3);
    await arrive(2);
    pass(30_000);
    await arrive(4);
    assert.deepEqual([passed, gate.waiting], [[0, 1, 2], 3]);
    assert.equal(gate.opensIn, 30_000, "when the first one is a minute old");
    pass(30_000);
    await arrive(0);
    gate.resize(3);
    await arrive(0);
    assert.deepEqual([passed, gate.waiting], [[0, 1, 2, 3, 4], 1]);
    pass(29_999);
    gate.resize(3);
    await arrive(0);
    assert.equal(passed.length, 5);
    pass(1);
    gate.resize(3);
    await arrive(0);
    assert.deepEqual([passed, gate.waiting], [[0, 1, 2, 3, 4, 5], 0]);
  });

  it("of 0 are no limit, and all pass in one turn", async () => {
    const { passed, arrive } = gateAt(0);
    await arrive(5000);
    assert.equal(passed.length, 5000);
  });

  it("may be raised while some wait", async () => {
    const { gate, passed, arrive } = gateAt(1);
    await arrive(3);
    gate.resize(0);
    await arrive(0);
    assert.deepEqual(passed, [0, 1, 2]);
  });

  it("are not used up by a job that was aborted while it waited", async () => {
    const { gate, passed, pass, arrive } = gateAt(1);
    const impatient = new AbortController();
    await arrive(1);
    await arrive(1, impatient.signal);
    await arrive(1);
    impatient.abort(new Error("closed"));
    pass(60_000);
    gate.resize(1);
    await arrive(0);
    assert.deepEqual([passed, gate.waiting], [[0, 2], 0]);
  });
});

describe("a pause that the service asked for", () => {
  it("holds every job of the key back, and is never shortened", async () => {
    const { gate, passed, pass, arrive } = gateAt(0);
    gate.pause(5000);
    gate.pause(1000);
    await arrive(3);
    pass(4999);
    gate.pause(0);
    await arrive(0);
    assert.deepEqual([passed, gate.opensIn], [[], 1]);
    pass(1);
    gate.pause(0);
    await arrive(0);
    assert.deepEqual(passed, [0, 1, 2]);
  });

  it("ends by itself", async () => {
    const gate = new Gate();
    const before = Date.now();
    gate.pause(20);
    // A millisecond less: the pause is measured by another clock.
    assert(gate.openAt >= before + 19);
    await Promise.all([gate.enter(never), gate.enter(never)]);
    assert.equal(gate.opensIn, 0);
  });
});
