import type { Journal } from "./journal";

/** A task as it came in; its seed may be a bigint. */
export type Task = Readonly<Record<string, unknown>>;

/** One picture of a job: decided when the job is accepted, drawn when somebody looks at it. */
export interface Picture {
  imageUUID: string;
  seed: bigint;
  failed: boolean;
}

/** What goes wrong with a job's failed pictures. */
export interface Failure {
  code: string;
  message: string;
  shape: "errors" | "data";
}

/** A task that was taken on. Everything in it is plain data, so that it can be written down and read back. */
export interface Job {
  taskUUID: string;
  /** Fingerprint of the key that sent it: other keys do not see it. */
  owner: string;
  /** The request; long images in it are replaced by a description. */
  task: Task;
  /** Milliseconds since the epoch. */
  acceptedAt: number;
  /** Milliseconds until the last picture is done; null: never. */
  duration: number | null;
  pictures: Picture[];
  failure?: Failure;
  nsfw: boolean;
  /** Milliseconds after a picture is done for which its URL works. */
  lifetime: number;
  /** The price of one picture, in US dollars. */
  price: number;
  /** The format that is really made. */
  format: "JPG" | "PNG" | "WEBP";
}

/** When picture `index` of a job is done, in milliseconds since the epoch: they finish one after the other. */
export function doneAt(job: Job, index: number): number {
  if (job.duration === null) return Number.POSITIVE_INFINITY;
  return job.acceptedAt + (job.duration * (index + 1)) / job.pictures.length;
}

/** When the whole job is done, in milliseconds since the epoch. */
export const finishedAt = (job: Job): number => doneAt(job, job.pictures.length - 1);

/** How many jobs are remembered; the oldest go first. */
const rememberedJobs = 50_000;

/** setTimeout takes no more than this, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** The jobs that the sandbox knows, by taskUUID and by picture. */
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

  get(taskUUID: string): Job | undefined {
    return this.#jobs.get(taskUUID);
  }

  byImage(imageUUID: string): { job: Job; index: number } | undefined {
    return this.#byImage.get(imageUUID);
  }

  /** Takes on a job, durably; an earlier one with the same taskUUID is forgotten, its pictures are not. */
  accept(job: Job): void {
    this.#journal.write({ kind: "job", job });
    this.restore(job);
  }

  /** Puts back a job that was taken on in an earlier run. */
  restore(job: Job): void {
    this.#jobs.delete(job.taskUUID);
    this.#jobs.set(job.taskUUID, job);
    for (const [index, picture] of job.pictures.entries()) this.#byImage.set(picture.imageUUID, { job, index });
    const wait = finishedAt(job) - Date.now();
    if (wait > -1000 && wait < longestTimer) this.#finishIn(job, Math.max(0, wait));
    this.#forgetOldest();
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#jobs.clear();
    this.#byImage.clear();
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

  #forgetOldest(): void {
    while (this.#jobs.size > rememberedJobs) {
      const [oldest] = this.#jobs.values();
      if (oldest === undefined) return;
      this.#jobs.delete(oldest.taskUUID);
      for (const { imageUUID } of oldest.pictures) this.#byImage.delete(imageUUID);
      clearTimeout(this.#timers.get(oldest));
      this.#timers.delete(oldest);
    }
  }
}
