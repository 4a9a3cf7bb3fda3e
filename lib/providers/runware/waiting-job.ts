import type { Signal } from "../../signal";
import type { Answer, Progress, Task } from "../provider";
import { Results } from "./results";

/** How a job is waited for. */
interface Waiting {
  readonly signal: Signal;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  /** When it is asked for first, on the clock that nobody sets. */
  readonly dueAt: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
  /** Told when nobody waits any more: it was settled, or its signal has aborted. */
  readonly onEnd: (job: WaitingJob) => void;
}

/** A job that somebody waits for, and what the polls have told of it. */
export class WaitingJob {
  readonly id: string;
  readonly results: Results;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  dueAt: number;
  polls = 0;
  misses = 0;
  archiveRounds = 0;
  stalls = 0;
  readonly #waiting: Waiting;

  constructor({ id, expected }: Pick<Task, "id" | "expected">, waiting: Waiting) {
    this.id = id;
    this.results = new Results(id, expected);
    this.onProgress = waiting.onProgress;
    this.dueAt = waiting.dueAt;
    this.#waiting = waiting;
    waiting.signal.addEventListener("abort", this.#leave, { once: true });
  }

  readonly #leave = (): void => this.reject(this.#waiting.signal.reason);

  resolve(answer: Answer): void {
    this.#end();
    this.#waiting.resolve(answer);
  }

  reject(reason: unknown): void {
    this.#end();
    this.#waiting.reject(reason);
  }

  #end(): void {
    const { signal, onEnd } = this.#waiting;
    signal.removeEventListener("abort", this.#leave);
    onEnd(this);
  }
}
