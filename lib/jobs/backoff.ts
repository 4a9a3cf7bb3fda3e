import { setTimeout as after } from "node:timers/promises";

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
