import { setTimeout as after } from "node:timers/promises";
import { FluxError } from "../errors";

/** The longest pause that we choose ourselves, in ms. A service may ask for more with `Retry-After`. */
const LONGEST = 30_000;
const FIRST = 500;

/**
 * Milliseconds before repetition number `attempt` (0-based): exponential with full jitter, so that clients that failed
 * together do not come back together. What the service asked for (`retryAfter`, ms) is the floor.
 */
export const backoff = (attempt: number, retryAfter = 0, random: () => number = Math.random): number =>
  retryAfter + random() * Math.min(LONGEST, FIRST * 2 ** attempt);

/** Waits `milliseconds`, or rejects with the signal's reason as soon as it aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await after(milliseconds, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}

/**
 * Repeats what is free to repeat as long as its failure may pass, at most `retries` times and not beyond `overdueAt`
 * (ms since 1970).
 * @throws the last failure; the signal's reason when aborted.
 */
export async function repeated<Result>(
  work: () => Promise<Result>,
  retries: number,
  signal: AbortSignal,
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
