import { setMaxListeners } from "node:events";
import { FluxError } from "../errors";
import { PassingSet, type Place } from "../passing";

/** A node was closed while a message was in it. Never shown: after close there is nobody to show it to. */
const CLOSED = new FluxError("FLUX_CANCELLED", "The node was closed.", { billed: "unknown" });

/** A message that is in a node. */
export interface OpenRun<Run extends object> {
  readonly run: Run;
  /** Among all that are in it. */
  readonly place: Place<Run>;
}

/** The messages that are in a node at this moment, each with what is known of it. */
export class OpenRuns<Run extends object> {
  readonly #closing = new AbortController();
  readonly #open = new PassingSet<Run>();
  readonly #begin: (signal: AbortSignal) => Run;

  /** @param begin makes the run of one message; the signal aborts when the node is closed. */
  constructor(begin: (signal: AbortSignal) => Run) {
    // Every message in the node listens for its closing, and there may be thousands.
    setMaxListeners(0, this.#closing.signal);
    this.#begin = begin;
  }

  [Symbol.iterator](): IterableIterator<Run> {
    return this.#open[Symbol.iterator]();
  }

  /** A message comes in. @returns undefined when the node was closed. */
  begin(): OpenRun<Run> | undefined {
    const { signal } = this.#closing;
    if (signal.aborted) return undefined;
    const run = this.#begin(signal);
    return { run, place: this.#open.add(run) };
  }

  /** @returns whether the node is still there: what happens after it was closed reaches nobody. */
  end({ place }: OpenRun<Run>): boolean {
    this.#open.delete(place);
    return !this.#closing.signal.aborted;
  }

  /**
   * Runs `work` for one message. After the node was closed the promise never settles.
   *
   * @returns resolves or rejects as `work` does.
   */
  async start<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    const open = this.begin();
    if (!open) return never();
    try {
      const result = await work(open.run);
      return this.end(open) ? result : never();
    } catch (error) {
      if (!this.end(open)) return never();
      throw error;
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
