import type { FluxError } from "../../errors";
import type { Job } from "../job";
import type { Journal, NewEntry } from "../journal/journal";
import { recordLasts } from "./closed-jobs";
import type { SavedRecord } from "./saved";

/** How soon, and how often, what could not be written when it happened is tried again, in ms. */
const AGAIN = 1000;

/** Writes the states of jobs that are to outlive the process. */
export class Writer {
  readonly #journal: () => Journal | undefined;
  readonly #warn: (text: string) => void;
  /** What has happened and is not written down: a job would do it a second time after a restart. */
  readonly #owed: NewEntry[] = [];
  #trying: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param journal the journal, once it is open. */
  constructor(journal: () => Journal | undefined, warn: (text: string) => void) {
    this.#journal = journal;
    this.#warn = warn;
  }

  /**
   * Writes a state without which the next step must not be done.
   *
   * @param isNew whether the job begins with it.
   * @returns undefined where there is nothing to be written, or nowhere: then there is nothing to be waited for.
   * @throws FluxError FLUX_STORAGE or FLUX_BUSY; the step is then not to be done.
   */
  require(job: Job, state: string, data?: unknown, isNew = false): Promise<void> | undefined {
    return job.isJournalled ? this.#write({ job: job.id, state, data }, isNew) : undefined;
  }

  #write(entry: NewEntry, isNew = false): Promise<void> | undefined {
    // What is owed goes first, in the same batch: the order of a job's states must not change.
    if (this.#owed.length > 0) void this.#writeOwed();
    return this.#journal()?.write(entry, isNew);
  }

  /**
   * Writes what has happened. It has, whether it can be written or not: that is warned of, and tried again for as long as
   * the process lives. Never rejects.
   *
   * @returns undefined where there is nothing to be written.
   */
  note(job: Job, state: string, data?: unknown): Promise<void> | undefined {
    return job.isJournalled ? this.#note({ job: job.id, state, data }) : undefined;
  }

  /** Writes what is left of a job that is over, in the same way. */
  noteClosed(job: Job, record: SavedRecord): Promise<void> | undefined {
    if (!job.isJournalled) return undefined;
    return this.#note({ job: job.id, state: "closed", lasts: recordLasts(record), data: record });
  }

  async #note(entry: NewEntry): Promise<void> {
    try {
      await this.#write(entry);
    } catch (error) {
      this.#owed.push(entry);
      this.#tryAgain();
      const { message } = error as FluxError;
      this.#warn(`Job ${entry.job} is ${entry.state}, but that could not be written down yet: ${message}`);
    }
  }

  #tryAgain(): void {
    this.#timer ??= setTimeout(() => void this.#writeOwed(), AGAIN).unref();
  }

  /** Never rejects. */
  #writeOwed(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#trying ??= this.#tryOwed().finally(() => {
      this.#trying = undefined;
      if (this.#owed.length > 0) this.#tryAgain();
    });
    return this.#trying;
  }

  async #tryOwed(): Promise<void> {
    const owed = this.#owed.splice(0);
    const outcomes = await Promise.allSettled(owed.map((entry) => this.#journal()?.write(entry)));
    this.#owed.unshift(...owed.filter((_, index) => outcomes[index]?.status === "rejected"));
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
    if (this.#trying || this.#owed.length > 0) await this.#writeOwed();
    await this.#journal()?.flush();
  }
}
