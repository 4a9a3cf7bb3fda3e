import type { FluxError } from "../errors";
import type { Attachment, FluxRequest } from "../models/request";

/** What a provider needs to know of a job. */
export interface Task {
  /** Ours, made before anything is paid: Runware's taskUUID. */
  readonly id: string;
  /** Validated parameters, without the members that only name the task (taskType, taskUUID). */
  readonly request: FluxRequest;
  readonly attachments: readonly Attachment[];
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
}

/** What came of a submit: the provider took the job, or already answered it. */
export type Submission = { state: "accepted" } | { state: "settled"; answer: Answer };

/** What a provider knows about a job when asked by its id. */
export type Found = Submission | { state: "unknown" };

/** Where a running job stands, for status lines. */
export interface Progress {
  /** 0 to 100. */
  percent?: number;
  queuePosition?: number;
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
  /** How long after its first submit a job may be submitted again under the same id, in ms; 0: never. */
  readonly resendWindow: number;
  /** Uploads the attachments (each distinct picture once per process) and returns the request with their ids in it. */
  prepare(task: Task, signal: AbortSignal): Promise<FluxRequest>;
  /** Sends the paid request, once. Tasks submitted in the same turn may share one HTTP request. */
  submit(id: string, request: FluxRequest, signal: AbortSignal): Promise<Submission>;
  /** Asks, without paying, whether the service knows the job: the way out after a lost answer. */
  find(id: string, expected: number, signal: AbortSignal): Promise<Found>;
  /** Waits for an accepted job. `expected` is the number of pictures asked for. */
  wait(id: string, expected: number, signal: AbortSignal, onProgress?: (progress: Progress) => void): Promise<Answer>;
  /** Releases connections and timers; pending calls are aborted. */
  close(): Promise<void>;
}
