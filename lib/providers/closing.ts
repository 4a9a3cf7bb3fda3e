/** The calls of a client that can be closed. */
export interface Calls {
  /** Runs a call; it is aborted with `signal`, or when the client closes. It ends at once then, whatever `work` does. */
  run<Result>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  close(): void;
}

/** Calls that end when `close` is called; they then reject with the error that `closed` makes. */
export function closableCalls(closed: () => Error): Calls {
  // Not one signal that all of them listen to: it looks through all of its listeners for each new one, and there may be
  // thousands.
  const open = new Set<(reason: unknown) => void>();
  let closedWith: Error | undefined;
  return {
    run: (signal, work) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        if (closedWith) throw closedWith;
        const call = new AbortController();
        const leave = () => end(signal.reason);
        const release = () => {
          open.delete(end);
          signal.removeEventListener("abort", leave);
        };
        const end = (reason: unknown) => {
          release();
          reject(reason);
          call.abort(reason);
        };
        signal.addEventListener("abort", leave);
        open.add(end);
        begin(work, call.signal).then(
          (result) => {
            release();
            resolve(result);
          },
          (error: unknown) => {
            release();
            reject(error);
          },
        );
      }),
    close: () => {
      closedWith ??= closed();
      for (const end of [...open]) end(closedWith);
    },
  };
}

/** What throws before it gives a promise has failed like everything else. */
function begin<Result>(work: (signal: AbortSignal) => Promise<Result>, signal: AbortSignal): Promise<Result> {
  try {
    return work(signal);
  } catch (error) {
    return Promise.reject(error);
  }
}
