/** A signal that follows others until it is released. */
export interface LinkedSignal {
  signal: AbortSignal;
  /** Takes the listeners off the others. AbortSignal.any on one that lives as long as a client would collect them. */
  release: () => void;
}

/** A signal that aborts with any of `signals`. */
export function whenAnyAborts(signals: readonly AbortSignal[]): LinkedSignal {
  const controller = new AbortController();
  const releases = signals.map((signal) => {
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    return () => signal.removeEventListener("abort", abort);
  });
  return {
    signal: controller.signal,
    release: () => {
      for (const release of releases) release();
    },
  };
}

/** A signal that aborts when every one of `signals` has. */
export function whenAllAbort(signals: readonly AbortSignal[]): LinkedSignal {
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
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, release } = whenAnyAborts(signals);
  try {
    return await new Promise<T>((resolve, reject) => {
      const aborted = () => reject(signal.reason);
      if (signal.aborted) {
        aborted();
        return;
      }
      signal.addEventListener("abort", aborted, { once: true });
      work(signal).then(resolve, reject);
    });
  } finally {
    release();
  }
}
