import { setMaxListeners } from "node:events";
import { FluxError } from "../errors";

/** A node was closed while a message was in it. Never shown: after close there is nobody to show it to. */
const CLOSED = new FluxError("FLUX_CANCELLED", "The node was closed.", { billed: "unknown" });

/** The messages that are in a node at this moment, each with what is known of it. */
export class OpenRuns<Run extends object> {
  readonly #closing = new AbortController();
  readonly #open = new Set<Run>();
  readonly #begin: (signal: AbortSignal) => Run;

  /** @param begin makes the run of one message; the signal aborts when the node is closed. */
  constructor(begin: (signal: AbortSignal) => Run) {
    // Every message in the node listens for its closing, and there may be thousands.
    setMaxListeners(0, this.#closing.signal);
    this.#begin = begin;
  }

  [Symbol.iterator](): IterableIterator<Run> {
    return this.#open.values();
  }

  /**
   * Runs `work` for one message. What happens after the node was closed reaches nobody: the promise then never settles.
   *
   * @returns resolves or rejects as `work` does.
   */
  async start<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    const { signal } = this.#closing;
    if (signal.aborted) return never();
    const run = this.#begin(signal);
    this.#open.add(run);
    try {
      const result = await work(run);
      return signal.aborted ? never() : result;
    } catch (error) {
      if (signal.aborted) return never();
      throw error;
    } finally {
      this.#open.delete(run);
    }
  }

  /** @returns the messages that were in the node. */
  close(): Run[] {
    const open = [...this.#open];
    this.#closing.abort(CLOSED);
    return open;
  }
}

const never = <Result>(): Promise<Result> => new Promise(() => {});
