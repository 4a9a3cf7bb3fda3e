import { FluxError } from "../errors";
import { Line } from "../line";
import type { Signal } from "../signal";
import type { ValueOrPromise } from "../value-or-promise";

/** Gives back the place that a job held among the running ones. Calling it twice is harmless. */
export type Release = () => void;

/**
 * How many jobs may run at once, and how many may wait in line for their turn, first in, first out. Shared by every
 * account node that names the same service and key.
 */
export class Limit {
  #concurrency: number;
  #line: number;
  #running = 0;
  readonly #waiting = new Line();

  constructor(concurrency: number, line: number) {
    this.#concurrency = concurrency;
    this.#line = line;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Changes the two numbers; jobs that run or wait already keep their places. */
  resize(concurrency: number, line: number): void {
    this.#concurrency = concurrency;
    this.#line = line;
    this.#startWaiting();
  }

  /**
   * Takes a place: among the running jobs if there is one, else in the line. Acceptance is decided in this call, before
   * the first await, so that messages are accepted in their order of arrival.
   *
   * @param isAccepted of a job that had its place before and comes back: it cannot be turned away any more.
   * @returns the release of the place; a promise of it where there is something to wait for, which rejects with the
   * signal's reason.
   * @throws FluxError FLUX_BUSY, at once, when the line is full.
   */
  enter(signal: Signal, isAccepted = false): ValueOrPromise<Release> {
    if (this.#running < this.#concurrency) return this.#take();
    if (this.#waiting.length >= this.#line && !isAccepted) {
      throw new FluxError(
        "FLUX_BUSY",
        `The account already runs ${this.#running} jobs and has ${this.#waiting.length} waiting in line. Nothing was sent; send the message again later, or raise the line in the account node.`,
        { retryable: true },
      );
    }
    const turn = this.#waiting.join(signal, () => this.#take());
    // It may be left before anybody waits for it here; who does so later is told all the same.
    turn.catch(() => {});
    return turn;
  }

  /** Takes a place among the running jobs for one that runs already, at the service: whether there is room or not. */
  occupy(): Release {
    return this.#take();
  }

  #take(): Release {
    this.#running += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#running -= 1;
      this.#startWaiting();
    };
  }

  #startWaiting(): void {
    while (this.#waiting.length > 0 && this.#running < this.#concurrency) this.#waiting.callNext();
  }
}
