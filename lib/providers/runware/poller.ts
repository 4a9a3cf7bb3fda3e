import { FluxError } from "../../errors";
import type { Item } from "../json";
import type { Answer, Progress, Task } from "../provider";
import type { Reply } from "./answer";
import { type Asking, askArchive, askForResults, type Obstacle, type Recorded } from "./ask";
import { aboutAcceptedJob, forgottenJob, unprocessedAnswer } from "./errors";
import { gapAfter, MOST_IDS, type Pace, pauseAfter, pollDelay } from "./pace";
import { Results } from "./results";
import { takeWhole } from "./take-whole";

/** Polls in a row that do not know a job, before the archive is asked as well; and how often it is asked. */
const MISSES_BEFORE_ARCHIVE = 4;
const ARCHIVE_ROUNDS = 6;
/** Polls in a row that bring nothing new to an unfinished batch on which nobody works, before it is settled as it is. */
const STALLS_AFTER_ERROR = 3;
const STALLS_IN_SILENCE = 24;
/** Rounds in a row in which the service refuses the key, before the jobs that wait are given up. */
const REFUSALS_BEFORE_END = 3;

/** What the poller needs to know of the client that it belongs to. */
export interface PollerContext {
  asking: Asking;
  pace: Pace;
  /** Words a failure that the service reported for an accepted job. */
  toError: (failure: Item, id: string) => FluxError;
}

/** A job that somebody waits for. */
interface Waiting {
  id: string;
  results: Results;
  polls: number;
  /** Like all times here on the clock that nobody sets. */
  dueAt: number;
  misses: number;
  archiveRounds: number;
  stalls: number;
  onProgress: ((progress: Progress) => void) | undefined;
  resolve: (answer: Answer) => void;
  reject: (error: FluxError) => void;
}

/** One poller per client: whenever one job is due, all jobs in flight are asked for together. */
export class Poller {
  readonly #context: PollerContext;
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;
  #round: AbortController | undefined;
  #earliest = 0;
  #failures = 0;
  #refusals = 0;
  #mostIds = MOST_IDS;

  constructor(context: PollerContext) {
    this.#context = context;
  }

  /** Waits for an accepted job. Ends with the signal: rejects with its reason, and asks for the job no more. */
  wait(
    { id, expected }: Pick<Task, "id" | "expected">,
    signal: AbortSignal,
    onProgress?: (progress: Progress) => void,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const leave = () => {
        this.#remove(waiting);
        reject(signal.reason);
      };
      const settle =
        <T>(end: (value: T) => void) =>
        (value: T) => {
          signal.removeEventListener("abort", leave);
          this.#remove(waiting);
          end(value);
        };
      const waiting: Waiting = {
        id,
        results: new Results(id, expected),
        polls: 0,
        dueAt: performance.now() + pollDelay(this.#context.pace, 0),
        misses: 0,
        archiveRounds: 0,
        stalls: 0,
        onProgress,
        resolve: settle(resolve),
        reject: settle(reject),
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.add(waiting);
      this.#schedule();
    });
  }

  #remove(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#round?.abort();
    this.#mostIds = MOST_IDS;
    this.#refusals = 0;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // A round under way schedules the next one when it ends.
    if (this.#round || this.#waiting.size === 0) return;
    let dueAt = Number.POSITIVE_INFINITY;
    for (const waiting of this.#waiting) dueAt = Math.min(dueAt, waiting.dueAt);
    const delay = Math.max(dueAt, this.#earliest) - performance.now();
    this.#timer = setTimeout(() => void this.#poll(), Math.max(0, delay));
  }

  async #poll(): Promise<void> {
    const round = new AbortController();
    this.#round = round;
    const { pace } = this.#context;
    this.#earliest = performance.now() + pace.gap;
    try {
      await this.#askForAll(round.signal);
    } catch (error) {
      // The round was aborted because nobody waits any more. Anything else would be a mistake of ours, on which
      // the jobs must not hang.
      if (!round.signal.aborted) this.#failAll(error);
    } finally {
      this.#round = undefined;
      this.#schedule();
    }
  }

  async #askForAll(signal: AbortSignal): Promise<void> {
    const asked = [...this.#waiting];
    const ids = [...new Set(asked.map(({ id }) => id))];
    let obstacle: Obstacle | undefined;
    let posts = 0;
    for (let from = 0; from < ids.length; ) {
      const some = ids.slice(from, from + this.#mostIds);
      from += some.length;
      const asking = new Set(some);
      posts += 1;
      const news = await askForResults(this.#context.asking, some, signal);
      const silent: Waiting[] = [];
      for (const waiting of asked.filter(({ id }) => asking.has(id))) {
        const reply = news.replies.get(waiting.id);
        if (reply) await this.#hear(waiting, reply, signal);
        else silent.push(waiting);
      }
      if (news.obstacle) {
        obstacle = news.obstacle;
        await this.#meet(news.obstacle, silent, some.length, signal);
      }
      // What is about the service or the key, the remaining ids would meet too.
      if (news.obstacle && news.obstacle.kind !== "request") break;
    }
    const blocked = obstacle !== undefined && obstacle.kind !== "request";
    this.#failures = blocked ? this.#failures + 1 : 0;
    if (!blocked) this.#refusals = 0;
    const { pace } = this.#context;
    const now = performance.now();
    if (this.#failures > 0) this.#earliest = now + pauseAfter(pace, this.#failures, obstacle?.error.retryAfter);
    else this.#earliest = now + gapAfter(pace, posts);
    for (const waiting of asked) {
      waiting.polls += 1;
      waiting.dueAt = now + pollDelay(pace, waiting.polls);
    }
  }

  /** A reply about one job came; an empty one says that the service does not know it. What it breaks is this job only. */
  async #hear(waiting: Waiting, reply: Reply, signal: AbortSignal): Promise<void> {
    if (!this.#waiting.has(waiting)) return;
    try {
      await this.#weigh(waiting, reply, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      this.#fail(waiting, error);
    }
  }

  async #weigh(waiting: Waiting, reply: Reply, signal: AbortSignal): Promise<void> {
    const standing = await takeWhole(this.#context.asking, waiting, reply, signal);
    if (!this.#waiting.has(waiting)) return;
    if (standing.state === "unknown") {
      waiting.misses += 1;
      if (waiting.misses >= MISSES_BEFORE_ARCHIVE) await this.#askArchive(waiting, signal);
      return;
    }
    waiting.misses = 0;
    waiting.archiveRounds = 0;
    if (waiting.results.percent !== undefined) waiting.onProgress?.({ percent: waiting.results.percent });
    if (standing.state === "final") this.#settle(waiting);
    if (standing.state === "working") waiting.stalls = 0;
    if (standing.state === "stalled") {
      waiting.stalls += 1;
      if (waiting.stalls >= (standing.failed ? STALLS_AFTER_ERROR : STALLS_IN_SILENCE)) this.#settle(waiting);
    }
  }

  async #askArchive(waiting: Waiting, signal: AbortSignal): Promise<void> {
    let record: Recorded | "nothing";
    try {
      record = await askArchive(this.#context.asking, waiting.id, signal);
    } catch (error) {
      // The archive could not be asked: that is no evidence against the job.
      if (error instanceof FluxError) return;
      throw error;
    }
    if (!this.#waiting.has(waiting)) return;
    if (record !== "nothing") waiting.results.expect(record.expected);
    const standing = record === "nothing" ? undefined : waiting.results.take(record);
    if (standing?.state === "final") this.#settle(waiting);
    if (standing?.state === "final" || standing?.state === "working") return;
    waiting.archiveRounds += 1;
    if (waiting.archiveRounds < ARCHIVE_ROUNDS) return;
    if (waiting.results.isEmpty) waiting.reject(forgottenJob(waiting.id));
    else this.#settle(waiting);
  }

  /** Something kept these jobs from being answered. */
  async #meet({ kind, error }: Obstacle, silent: Waiting[], ids: number, signal: AbortSignal): Promise<void> {
    if (kind === "key") {
      this.#refusals += 1;
      if (this.#refusals < REFUSALS_BEFORE_END) return;
      for (const waiting of silent) waiting.reject(aboutAcceptedJob(error, waiting.id));
    } else if (kind === "request" && ids > 1) {
      this.#mostIds = Math.ceil(ids / 2);
    } else if (kind === "request") {
      for (const waiting of silent) await this.#hear(waiting, { data: [], errors: [] }, signal);
    }
  }

  #settle(waiting: Waiting): void {
    waiting.resolve(waiting.results.answer((failure) => this.#context.toError(failure, waiting.id)));
  }

  #failAll(error: unknown): void {
    for (const waiting of [...this.#waiting]) this.#fail(waiting, error);
  }

  #fail(waiting: Waiting, error: unknown): void {
    waiting.reject(unprocessedAnswer(error, waiting.id, { retryable: false }));
  }
}
