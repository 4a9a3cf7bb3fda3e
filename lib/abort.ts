import type { Signal } from "./signal";

/** A signal that follows others until it is released. */
export interface LinkedSignal {
  signal: AbortSignal;
  /** Takes the listeners off the others. AbortSignal.any on one that lives as long as a client would collect them. */
  release: () => void;
}

/**
 * A signal that aborts with any of `signals`.
 * @param onAbort told with the reason, after those who listen to the signal.
 */
export function whenAnyAborts(signals: readonly Signal[], onAbort: (reason: unknown) => void = () => {}): LinkedSignal {
  const controller = new AbortController();
  // One listener for all: thousands of these are made in a second, and so much is done again for each.
  const check = () => {
    const first = signals.find(({ aborted }) => aborted);
    if (!first || controller.signal.aborted) return;
    controller.abort(first.reason);
    onAbort(first.reason);
  };
  for (const signal of signals) signal.addEventListener("abort", check);
  check();
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of signals) signal.removeEventListener("abort", check);
    },
  };
}

/** A signal that aborts when every one of `signals` has. */
export function whenAllAbort(signals: readonly Signal[]): LinkedSignal {
  const controller = new AbortController();
  const check = () => {
    if (signals.every(({ aborted }) => aborted)) controller.abort(signals[0]?.reason);
  };
  for (const signal of signals) signal.addEventListener("abort", check);
  check();
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of signals) signal.removeEventListener("abort", check);
    },
  };
}

/**
 * Runs `work` under a signal that aborts with any of `signals`, and rejects as soon as it does even if `work` takes its
 * time.
 */
export async function underSignals<T>(
  signals: readonly Signal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  let aborted: (reason: unknown) => void = () => {};
  const { signal, release } = whenAnyAborts(signals, (reason) => aborted(reason));
  try {
    if (signal.aborted) throw signal.reason;
    return await new Promise<T>((resolve, reject) => {
      aborted = reject;
      work(signal).then(resolve, reject);
    });
  } finally {
    release();
  }
}
