import type { Signal } from "../../signal";

/** Somebody whose entry is in line for a shared request. */
export interface Waiting<Result> {
  readonly signal: Signal;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Collects entries that come in the same turn of the event loop, so that they can share a request: at its end `flush` gets
 * those whose signal has not aborted, with the way to tell them what became of them.
 */
export function inOneTurn<Entry extends object, Result>(
  flush: (entries: readonly (Entry & Waiting<Result>)[]) => void,
): (entry: Entry, signal: Signal) => Promise<Result> {
  let line: (Entry & Waiting<Result>)[] = [];
  const endTurn = () => {
    const entries = line.filter(({ signal }) => !signal.aborted);
    line = [];
    flush(entries);
  };
  return (entry, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = () => reject(signal.reason);
      const settle =
        <T>(end: (value: T) => void) =>
        (value: T) => {
          signal.removeEventListener("abort", abort);
          end(value);
        };
      signal.addEventListener("abort", abort, { once: true });
      line.push({ ...entry, signal, resolve: settle(resolve), reject: settle(reject) });
      if (line.length === 1) setImmediate(endTurn);
    });
}
