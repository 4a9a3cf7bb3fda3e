import type { Signal } from "../signal";

/** What a timer of Node.js can wait, in ms: a longer one would fire at once. A clock that was set back asks for more. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Calls `work` after so many ms. `clearTimeout` takes that back. */
export const startTimer = (milliseconds: number, work: () => void): NodeJS.Timeout =>
  setTimeout(work, Math.min(milliseconds, LONGEST_TIMER));

/**
 * Runs `work` with a signal that aborts when `signal` does, or after `milliseconds` with the error that `overdue` makes.
 * Unlike AbortSignal.any it leaves nothing behind on a signal that lives longer than the work.
 */
export async function within<Result>(
  milliseconds: number,
  signal: Signal,
  overdue: () => Error,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = new AbortController();
  const leave = () => limit.abort(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  const timer = startTimer(milliseconds, () => limit.abort(overdue()));
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
  }
}
