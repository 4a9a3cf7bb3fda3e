import { FluxError } from "../errors";

/** Gives back the place that a job held among the running ones. Calling it twice is harmless. */
export type Release = () => void;

interface Waiter {
  start: () => void;
}

/**
 * How many jobs may run at once, and how many may wait in line for their turn, first in, first out. Shared by every
 * account node that names the same service and key.
 */
export class Limit {
  #concurrency: number;
  #line: number;
  #running = 0;
  // A Set keeps arrival order and forgets an aborted waiter without a search.
  readonly #waiting = new Set<Waiter>();

  constructor(concurrency: number, line: number) {
    this.#concurrency = concurrency;
    this.#line = line;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
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
   * @returns resolves with the release of the place once the job may run; rejects with the signal's reason.
   * @throws FluxError FLUX_BUSY, at once, when the line is full.
   */
  enter(signal: AbortSignal): Promise<Release> {
    if (this.#running < this.#concurrency) return Promise.resolve(this.#take());
    if (this.#waiting.size >= this.#line) {
      throw new FluxError(
        "FLUX_BUSY",
        `The account already runs ${this.#running} jobs and has ${this.#waiting.size} waiting in line. Nothing was sent; send the message again later, or raise the line in the account node.`,
        { retryable: true },
      );
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiter);
        reject(signal.reason);
      };
      const waiter = {
        start: () => {
          signal.removeEventListener("abort", leave);
          resolve(this.#take());
        },
      };
      this.#waiting.add(waiter);
      signal.addEventListener("abort", leave, { once: true });
    });
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
    for (const waiter of this.#waiting) {
      if (this.#running >= this.#concurrency) return;
      this.#waiting.delete(waiter);
      waiter.start();
    }
  }
}
