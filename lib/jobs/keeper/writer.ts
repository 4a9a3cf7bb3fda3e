import type { FluxError } from "../../errors";
import type { Job } from "../job";
import type { Journal } from "../journal/journal";

/** Writes the states of jobs that are to outlive the process. */
export class Writer {
  readonly #journal: () => Journal | undefined;
  readonly #warn: (text: string) => void;

  /** @param journal the journal, once it is open. */
  constructor(journal: () => Journal | undefined, warn: (text: string) => void) {
    this.#journal = journal;
    this.#warn = warn;
  }

  /**
   * Writes a state without which the next step must not be done.
   *
   * @param isNew whether the job begins with it.
   * @throws FluxError FLUX_STORAGE or FLUX_BUSY; the step is then not to be done.
   */
  async require(job: Job, state: string, data?: unknown, isNew = false): Promise<void> {
    if (job.isJournalled) await this.#journal()?.write({ job: job.id, state, data }, isNew);
  }

  /** Writes what has happened. It has, whether it can be written or not: that is warned of. Never rejects. */
  async note(job: Job, state: string, data?: unknown): Promise<void> {
    try {
      await this.require(job, state, data);
    } catch (error) {
      const { message } = error as FluxError;
      this.#warn(`Job ${job.id} is ${state}, but that could not be written down: ${message}`);
    }
  }

  /** Writes what a budget counts, of jobs that are not written themselves and of prices. Never rejects. */
  async noteSpending(job: string, state: "spending" | "price", data: object): Promise<void> {
    try {
      await this.#journal()?.write({ job, state, data });
    } catch (error) {
      this.#warn(`What job ${job} takes of the budget could not be written down: ${(error as FluxError).message}`);
    }
  }

  /** Resolves once everything written so far is durable, or has failed. */
  async flush(): Promise<void> {
    await this.#journal()?.flush();
  }
}
