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
    run: async (signal, work) => {
      signal.throwIfAborted();
      if (closedWith) throw closedWith;
      const call = new AbortController();
      let end = (_reason: unknown) => {};
      const ended = new Promise<never>((_resolve, reject) => {
        end = (reason) => {
          reject(reason);
          call.abort(reason);
        };
      });
      const leave = () => end(signal.reason);
      signal.addEventListener("abort", leave, { once: true });
      open.add(end);
      try {
        return await Promise.race([work(call.signal), ended]);
      } finally {
        open.delete(end);
        signal.removeEventListener("abort", leave);
      }
    },
    close: () => {
      closedWith ??= closed();
      for (const end of [...open]) end(closedWith);
    },
  };
}
