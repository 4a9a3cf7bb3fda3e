import { setMaxListeners } from "node:events";
import { underSignals } from "../abort";

/** The calls of a client that can be closed. */
export interface Calls {
  /** Runs a call; it is aborted with `signal`, or when the client closes. */
  run<Result>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  close(): void;
}

/** Calls that end when `close` is called; they then reject with the error that `closed` makes. */
export function closableCalls(closed: () => Error): Calls {
  const closing = new AbortController();
  // Every call listens for the closing, and there may be thousands.
  setMaxListeners(0, closing.signal);
  return {
    run: (signal, work) => underSignals([signal, closing.signal], work),
    close: () => closing.abort(closed()),
  };
}
