import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Arrivals } from "../../lib/node-red/arrivals";

/** Messages that arrive in one turn; `read` has the numbers of those that were read. */
function arrive(arrivals: Arrivals, messages: number, first = 0): number[] {
  const read: number[] = [];
  const handle = async (number: number): Promise<void> => {
    const { start, leave } = arrivals.enter();
    if (start) await start;
    read.push(number);
    leave();
  };
  for (let number = first; number < first + messages; number += 1) void handle(number);
  return read;
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

describe("1,000 messages in one turn of the event loop", () => {
  it("are read in their order, and other things happen in between", async () => {
    const arrivals = new Arrivals();
    const read = arrive(arrivals, 1000);
    const seen: number[] = [];
    while (read.length < 1000) {
      seen.push(read.length);
      await nextTurn();
    }
    assert(seen.length >= 10, `looked at ${seen.length} times`);
    assert.deepEqual(read, numbers(1000));
  });

  it("are read before those that come later", async () => {
    const arrivals = new Arrivals();
    const first = arrive(arrivals, 200);
    await nextTurn();
    const later = arrive(arrivals, 200, 200);
    while (first.length + later.length < 400) {
      if (first.length < 200) assert.deepEqual(later, []);
      await nextTurn();
    }
    assert.deepEqual([...first, ...later], numbers(400));
  });

  it("are all read at once when their node is closed", async () => {
    const arrivals = new Arrivals();
    const read = arrive(arrivals, 1000);
    assert(arrivals.hurry());
    await nextTurn();
    assert.deepEqual(read, numbers(1000));
    assert.equal(arrivals.hurry(), false);
  });
});
