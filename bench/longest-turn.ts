import { existsSync, readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";

/** What Linux counts of the thread that runs the event loop: nanoseconds at work, then others. */
const WORKED = `/proc/self/task/${process.pid}/schedstat`;
const isCounted = existsSync(WORKED);

const nothing = new Int32Array(new SharedArrayBuffer(4));

/**
 * Milliseconds of work of the event loop's thread: what other processes take of the processor does not count. Where that
 * is not told, those of the clock.
 */
const milliseconds = (): number => {
  if (!isCounted) return Number(process.hrtime.bigint()) / 1e6;
  // Linux brings the count up to date when the thread leaves the processor for a moment, otherwise every 4 ms.
  Atomics.wait(nothing, 0, 0, 0.01);
  return Number(readFileSync(WORKED, "latin1").split(" ")[0]) / 1e6;
};

/**
 * Milliseconds for which the event loop stands still at most until `work` is done: from turn to turn where it gives way to
 * others, otherwise from beginning to end.
 */
export async function longestTurn(work: () => unknown): Promise<number> {
  await nextTurn();
  let longest = 0;
  let begun = milliseconds();
  let isDone = false;
  const doing = Promise.resolve(work()).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await nextTurn();
    const now = milliseconds();
    longest = Math.max(longest, now - begun);
    begun = now;
  }
  await doing;
  return longest;
}
