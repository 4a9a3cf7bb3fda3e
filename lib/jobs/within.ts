/** What a timer of Node.js can wait, in ms: a longer one would fire at once. A clock that was set back asks for more. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Runs `work` with a signal that aborts when `signal` does, or after `milliseconds` with the error that `overdue` makes.
 * Unlike AbortSignal.any it leaves nothing behind on a signal that lives longer than the work.
 */
export async function within<Result>(
  milliseconds: number,
  signal: AbortSignal,
  overdue: () => Error,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = new AbortController();
  const leave = () => limit.abort(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  const timer = setTimeout(() => limit.abort(overdue()), Math.min(milliseconds, LONGEST_TIMER));
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
  }
}
