import type { FluxError } from "../errors";
import type { Attachment, Delivery, FluxRequest } from "../models/request";
import type { Signal } from "../signal";

/** Under what the service took a job: plain data, which is kept with the job. */
export interface Receipt {
  readonly requestId: string;
  /** Where the service says that the job is to be asked for, by purpose; checked before they are used. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** What the job is billed as, where the service says so beforehand. */
  readonly billableUnits?: number;
}

/** What a provider needs to know of a job. */
export interface Task {
  /** Ours, made before anything is paid: Runware's taskUUID. */
  readonly id: string;
  /** What runs it, as the provider calls that: Runware's AIR, fal's endpoint id. */
  readonly model: string;
  /** What the provider is to do, where that is not the usual: Runware's `taskType`, "imageInference" when left out. */
  readonly taskType?: string;
  /** Where the provider leaves the choice to the caller and not to the request. */
  readonly delivery?: Delivery;
  /** Validated parameters, without the members that only name the task (taskType, taskUUID). */
  readonly request: FluxRequest;
  readonly attachments: readonly Attachment[];
  /** The number of pictures asked for; undefined of a job that was submitted elsewhere and is only asked for. */
  readonly expected: number | undefined;
  /** Once the service took it, where the service gives one. */
  readonly receipt?: Receipt;
}

/** One picture as a provider answered it: exactly one of `url`, `base64` and `dataURI` is set. */
export interface AnsweredPicture {
  /** The provider's own id of the picture. */
  id: string;
  /** Position in the batch, from 0. */
  index: number;
  url?: string;
  base64?: string;
  dataURI?: string;
  /** What the service says of the file, where it does. */
  contentType?: string;
  width?: number;
  height?: number;
  /** A number up to 2^53-1, above that the decimal digits. */
  seed?: number | string;
  nsfw: boolean;
  /** US dollars; absent when the provider did not say. */
  cost?: number;
}

/** A settled job: pictures, and what went wrong with the pictures that are missing. */
export interface Answer {
  pictures: AnsweredPicture[];
  errors: FluxError[];
  /** What the author should know about the pictures that are there. */
  warnings?: string[];
  /** The provider's id of the job, where it comes with the answer only. */
  requestId?: string;
  /** What the job is billed as, in the provider's own units. */
  billableUnits?: number;
}

/** What came of a submit: the provider took the job, or already answered it. */
export type Submission = { state: "accepted"; receipt?: Receipt } | { state: "settled"; answer: Answer };

/** What a provider knows about a job when asked by its id. */
export type Found = Submission | { state: "unknown" };

/**
 * What came of asking a provider to drop a job: it will try, it is too late because the job has ended, or it knows no
 * such job.
 */
export type Cancellation = "requested" | "ended" | "unknown";

/** Where a running job stands, for status lines. */
export interface Progress {
  /** 0 to 100. */
  percent?: number;
  /** Jobs ahead of this one; absent once it runs. */
  queuePosition?: number;
  /** The last line that the model logged: one line, without prompts and keys. */
  log?: string;
}

/**
 * A service that makes pictures. One object per service origin and key: it is shared by every account node that
 * names the same two.
 *
 * Every method rejects with a FluxError whose `cause` says whether the same call may be repeated (`retryable`) and
 * whether it may have cost money (`billed`), or with the signal's reason when aborted.
 */
export interface Provider {
  readonly name: "runware" | "fal";
  /**
   * How long after its first submit a job may be submitted again under the same id, in ms. 0: never, because the
   * service does not know our ids; it can then not be asked for a job either before it gave a receipt.
   */
  readonly resendWindow: number;
  /** How many tasks that are submitted together one HTTP request may carry; 1 when left out. */
  readonly tasksPerRequest?: number;
  /** Uploads the attachments (each distinct picture once per process) and returns the request with their ids in it. */
  prepare(task: Task, signal: Signal): Promise<FluxRequest>;
  /** Sends the paid request, once. Tasks submitted in the same turn may share one HTTP request. */
  submit(task: Task, signal: Signal): Promise<Submission>;
  /** Asks, without paying, whether the service knows the job: the way out after a lost answer. */
  find(task: Task, signal: Signal): Promise<Found>;
  /** Waits for an accepted job. */
  wait(task: Task, signal: Signal, onProgress?: (progress: Progress) => void): Promise<Answer>;
  /** Asks the service to drop an accepted job. Absent where there is no such thing. A job that runs may be billed. */
  cancel?(task: Task, signal: Signal): Promise<Cancellation>;
  /** Releases connections and timers; pending calls are aborted. */
  close(): Promise<void>;
}
