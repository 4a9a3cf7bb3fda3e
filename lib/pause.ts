import type { Signal } from "./signal";

/** How pauses grow with the failures in a row, in ms: from `first` they double, up to `longest`. */
export interface Growth {
  first: number;
  longest: number;
}

/**
 * Milliseconds before repetition number `attempt` (0-based): exponential with full jitter, so that clients that failed
 * together do not come back together. What the service asked for (`retryAfter`, ms) is the floor.
 */
export const jitteredPause = (
  { first, longest }: Growth,
  attempt: number,
  retryAfter = 0,
  random: () => number = Math.random,
): number => retryAfter + random() * Math.min(longest, first * 2 ** attempt);

/** Waits `milliseconds`, or rejects with the signal's reason as soon as it aborts. */
export function pause(milliseconds: number, signal: Signal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const leave = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", leave);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", leave, { once: true });
  });
}
