/**
 * Runs `work` under a signal that aborts with any of `signals`, and rejects as soon as it does even if `work` takes its
 * time. Listeners are removed at the end; AbortSignal.any on a signal that lives as long as the client would collect
 * them.
 */
export async function underSignals<T>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const releases: (() => void)[] = [];
  try {
    return await new Promise<T>((resolve, reject) => {
      for (const signal of signals) {
        const abort = () => {
          reject(signal.reason);
          controller.abort(signal.reason);
        };
        if (signal.aborted) {
          abort();
          return;
        }
        signal.addEventListener("abort", abort, { once: true });
        releases.push(() => signal.removeEventListener("abort", abort));
      }
      work(controller.signal).then(resolve, reject);
    });
  } finally {
    for (const release of releases) release();
  }
}

/** A signal that aborts when every one of `signals` has. */
export function whenAllAbort(signals: readonly AbortSignal[]): { signal: AbortSignal; release: () => void } {
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
