import type { FalJob } from "./fal/job";
import type { Format } from "./images/encoding";
import type { Motif } from "./images/paint";
import type { Journal } from "./journal";
import type { RunwareJob } from "./runware/job";

/** A request's parameters as they came in; the seed may be a bigint. */
export type Task = Readonly<Record<string, unknown>>;

/** One picture of a job: decided when the job is accepted, drawn when somebody looks at it. */
interface Picture {
  /** A UUID: Runware's imageUUID, the name of the picture's file. */
  id: string;
  seed: bigint;
  failed: boolean;
}

/** What jobs of every service have. Everything in a job is plain data, so that it can be written down and read back. */
export interface CommonJob {
  /** Runware's taskUUID, fal's request id. */
  id: string;
  /** Fingerprint of the key that sent it: other keys do not see it. */
  owner: string;
  /** The request; long images in it are replaced by a description. */
  task: Task;
  /** Milliseconds since the epoch. */
  acceptedAt: number;
  /** When work on it began, in milliseconds since the epoch; null while it stands in a queue. */
  startedAt: number | null;
  /** Milliseconds from the start until the last picture is done; null: never. */
  duration: number | null;
  /** Milliseconds since the epoch, where the job was cancelled before it was done. */
  cancelledAt?: number;
  pictures: Picture[];
  /** What the pictures show. */
  drawing: Motif;
  /** 1 to 100. */
  quality: number;
  /** The format that is really made. */
  format: Format;
  nsfw: boolean;
  /** Milliseconds after a picture is done for which its URL works. */
  lifetime: number;
  /** The price of one picture, in US dollars. */
  price: number;
}

/** A request that was taken on. */
export type Job = RunwareJob | FalJob;

/** When picture `index` of a job is done, in milliseconds since the epoch: they finish one after the other. */
export function doneAt({ startedAt, duration, pictures }: Job, index: number): number {
  if (startedAt === null || duration === null) return Number.POSITIVE_INFINITY;
  return startedAt + (duration * (index + 1)) / pictures.length;
}

/** When the whole job is done or was cancelled, in milliseconds since the epoch. */
export const finishedAt = (job: Job): number => job.cancelledAt ?? doneAt(job, job.pictures.length - 1);

/** What happens to a job after it was taken on. */
export interface JobChanges {
  /** Jobs before it in the queue. */
  ahead?: number;
  startedAt?: number;
  duration?: number;
  cancelledAt?: number;
}

/** How many jobs are remembered; the oldest go first. */
const rememberedJobs = 50_000;

/** setTimeout takes no more than this, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** The jobs that the sandbox knows, by id and by picture. */
export class Jobs {
  readonly #journal: Journal;
  readonly #onFinished: (job: Job) => void;
  #jobs = new Map<string, Job>();
  #byImage = new Map<string, { job: Job; index: number }>();
  #timers = new Map<Job, NodeJS.Timeout>();

  constructor(journal: Journal, onFinished: (job: Job) => void) {
    this.#journal = journal;
    this.#onFinished = onFinished;
  }

  get size(): number {
    return this.#jobs.size;
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  byImage(id: string): { job: Job; index: number } | undefined {
    return this.#byImage.get(id);
  }

  /** Takes on a job, durably; an earlier one with the same id is forgotten, its pictures are not. */
  accept(job: Job): void {
    this.#journal.write({ kind: "job", job });
    this.restore(job);
  }

  /** Puts back a job that was taken on in an earlier run. */
  restore(job: Job): void {
    this.#jobs.delete(job.id);
    this.#jobs.set(job.id, job);
    for (const [index, { id }] of job.pictures.entries()) this.#byImage.set(id, { job, index });
    this.#awaitEnd(job);
    this.#forgetOldest();
  }

  /** Notes what happened to a job, durably. */
  change(job: Job, changes: JobChanges): void {
    this.#journal.write({ kind: "change", id: job.id, changes });
    this.restoreChange(job.id, changes);
  }

  /** Applies a change of an earlier run. */
  restoreChange(id: string, changes: JobChanges): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    Object.assign(job, changes);
    this.#awaitEnd(job);
  }

  /** Ends the work on all jobs that run now, durably; those that never end go on. */
  finishRunning(): void {
    for (const job of this.#jobs.values()) {
      const { startedAt, duration } = job;
      if (startedAt === null || duration === null || finishedAt(job) <= Date.now()) continue;
      this.change(job, { duration: Math.max(0, Date.now() - startedAt) });
    }
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#jobs.clear();
    this.#byImage.clear();
  }

  #awaitEnd(job: Job): void {
    this.#stopTimer(job);
    const wait = finishedAt(job) - Date.now();
    if (wait > -1000 && wait < longestTimer) this.#finishIn(job, Math.max(0, wait));
  }

  #finishIn(job: Job, wait: number): void {
    const timer = setTimeout(() => {
      // A timer may fire a little before its time; what listeners ask then must find the job done.
      if (Date.now() < finishedAt(job)) return this.#finishIn(job, 1);
      this.#timers.delete(job);
      this.#onFinished(job);
    }, wait).unref();
    this.#timers.set(job, timer);
  }

  #stopTimer(job: Job): void {
    clearTimeout(this.#timers.get(job));
    this.#timers.delete(job);
  }

  #forgetOldest(): void {
    while (this.#jobs.size > rememberedJobs) {
      const [oldest] = this.#jobs.values();
      if (oldest === undefined) return;
      this.#jobs.delete(oldest.id);
      for (const { id } of oldest.pictures) this.#byImage.delete(id);
      this.#stopTimer(oldest);
    }
  }
}
