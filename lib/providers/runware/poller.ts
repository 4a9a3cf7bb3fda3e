import { FluxError } from "../../errors";
import type { Signal } from "../../signal";
import type { Item } from "../json";
import type { Answer, Progress, Task } from "../provider";
import type { Reply } from "./answer";
import { type Asking, askArchive, askForResults, type Obstacle, type Recorded } from "./ask";
import { aboutAcceptedJob, forgottenJob, unprocessedAnswer } from "./errors";
import { gapAfter, MOST_IDS, type Pace, pauseAfter, pollDelay } from "./pace";
import { takeWhole } from "./take-whole";
import { WaitingJob } from "./waiting-job";

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

/** One poller per client: whenever one job is due, all jobs in flight are asked for together. */
export class Poller {
  readonly #context: PollerContext;
  readonly #waiting = new Set<WaitingJob>();
  #timer: NodeJS.Timeout | undefined;
  /** When the timer is due, on the clock that nobody sets. */
  #wakesAt = 0;
  #round: AbortController | undefined;
  #earliest = 0;
  #failures = 0;
  #refusals = 0;
  #mostIds = MOST_IDS;
  #closed: FluxError | undefined;

  constructor(context: PollerContext) {
    this.#context = context;
  }

  /** Waits for an accepted job. Ends with the signal: rejects with its reason, and asks for the job no more. */
  wait(
    task: Pick<Task, "id" | "expected">,
    signal: Signal,
    onProgress?: (progress: Progress) => void,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (signal.aborted || this.#closed) {
        reject(signal.aborted ? signal.reason : this.#closed);
        return;
      }
      const dueAt = performance.now() + pollDelay(this.#context.pace, 0);
      this.#waiting.add(new WaitingJob(task, { signal, onProgress, dueAt, resolve, reject, onEnd: this.#remove }));
      this.#wakeAt(dueAt);
    });
  }

  /** Nobody is asked for anything any more: those who wait, and who would wait from now on, are told why. */
  close(reason: FluxError): void {
    this.#closed ??= reason;
    for (const waiting of [...this.#waiting]) waiting.reject(this.#closed);
  }

  readonly #remove = (waiting: WaitingJob): void => {
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    this.#sleep();
    this.#round?.abort();
    this.#mostIds = MOST_IDS;
    this.#refusals = 0;
  };

  #sleep(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Asks for all at that time, unless that comes earlier anyhow. */
  #wakeAt(dueAt: number): void {
    // A round under way says itself when the next one is, when it ends.
    if (this.#round || (this.#timer && this.#wakesAt <= dueAt)) return;
    this.#sleep();
    this.#wakesAt = Math.max(dueAt, this.#earliest);
    this.#timer = setTimeout(() => void this.#poll(), Math.max(0, this.#wakesAt - performance.now()));
  }

  async #poll(): Promise<void> {
    const round = new AbortController();
    this.#round = round;
    this.#timer = undefined;
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
      let dueAt = Number.POSITIVE_INFINITY;
      for (const waiting of this.#waiting) dueAt = Math.min(dueAt, waiting.dueAt);
      if (this.#waiting.size > 0) this.#wakeAt(dueAt);
    }
  }

  async #askForAll(signal: Signal): Promise<void> {
    const asked = byId(this.#waiting);
    const ids = [...asked.keys()];
    let obstacle: Obstacle | undefined;
    let posts = 0;
    for (let from = 0; from < ids.length; ) {
      const some = ids.slice(from, from + this.#mostIds);
      from += some.length;
      posts += 1;
      const news = await askForResults(this.#context.asking, some, signal);
      const silent: WaitingJob[] = [];
      for (const waiting of some.flatMap((id) => asked.get(id) ?? [])) {
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
    for (const waiting of [...asked.values()].flat()) {
      waiting.polls += 1;
      waiting.dueAt = now + pollDelay(pace, waiting.polls);
    }
  }

  /** A reply about one job came; an empty one says that the service does not know it. What it breaks is this job only. */
  async #hear(waiting: WaitingJob, reply: Reply, signal: Signal): Promise<void> {
    if (!this.#waiting.has(waiting)) return;
    try {
      await this.#weigh(waiting, reply, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      this.#fail(waiting, error);
    }
  }

  async #weigh(waiting: WaitingJob, reply: Reply, signal: Signal): Promise<void> {
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

  async #askArchive(waiting: WaitingJob, signal: Signal): Promise<void> {
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
  async #meet({ kind, error }: Obstacle, silent: WaitingJob[], ids: number, signal: Signal): Promise<void> {
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

  #settle(waiting: WaitingJob): void {
    waiting.resolve(waiting.results.answer((failure) => this.#context.toError(failure, waiting.id)));
  }

  #failAll(error: unknown): void {
    for (const waiting of [...this.#waiting]) this.#fail(waiting, error);
  }

  #fail(waiting: WaitingJob, error: unknown): void {
    waiting.reject(unprocessedAnswer(error, waiting.id, { retryable: false }));
  }
}

/** One id may be waited for twice: by the message that paid for it, and by one that resumes it. */
function byId(waiting: Iterable<WaitingJob>): Map<string, WaitingJob[]> {
  const jobs = new Map<string, WaitingJob[]>();
  for (const job of waiting) {
    const same = jobs.get(job.id);
    if (same) same.push(job);
    else jobs.set(job.id, [job]);
  }
  return jobs;
}
