import { FluxError } from "../errors";
import { type Growth, jitteredPause, pause } from "../pause";
import type { Signal } from "../signal";

/** The pauses that we choose ourselves. A service may ask for more with `Retry-After`. */
const GROWTH: Growth = { first: 500, longest: 30_000 };

/** Milliseconds before repetition number `attempt` (0-based). */
export const backoff = (attempt: number, retryAfter?: number, random?: () => number): number =>
  jitteredPause(GROWTH, attempt, retryAfter, random);

/**
 * Repeats what is free to repeat as long as its failure may pass, at most `retries` times and not beyond `overdueAt`
 * (ms since 1970).
 * @throws the last failure; the signal's reason when aborted.
 */
export async function repeated<Result>(
  work: () => Promise<Result>,
  retries: number,
  signal: Signal,
  overdueAt = Number.POSITIVE_INFINITY,
): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof FluxError && error.cause.retryable && !signal.aborted;
      if (!passing || attempt >= retries) throw error;
      const wait = backoff(attempt, error.retryAfter);
      if (Date.now() + wait >= overdueAt) throw error;
      await pause(wait, signal);
    }
  }
}
