import { type ErrorCause, type ErrorCode, FluxError } from "../../errors";
import { promptHashOf } from "../../models/prompt-hash";
import { publicRequest } from "../../models/public-request";
import type { Attachment, FluxRequest } from "../../models/request";
import type { Answer, AnsweredPicture, Receipt } from "../../providers/provider";
import type { Reservation } from "../budget/budget";
import type { Job, Outcome } from "../job";

/** What a journal entry holds of a job that is neither its phase nor its pictures. */
type Described = Omit<Job, "id" | "phase" | "attachments" | "answering" | "receipt" | "attempts" | "settledAt">;

/** A message that waits for a job, as an entry holds it. */
export interface SavedClaim {
  id: string;
  nodeId: string;
  message: object;
}

/** Data of the entry `waiting`. */
export interface SavedJob {
  job: Described & { receipt?: Receipt };
  attachments: Attachment[];
  reservation?: Reservation;
  claim: SavedClaim;
}

/** Data of the entry `closed`: what is left of a job once all its messages have had its result. */
export interface SavedRecord {
  job: Described & { receipt?: Receipt; attempts: number; settledAt?: number };
  outcome: SavedOutcome;
  spent?: Reservation;
}

/** A FluxError as plain data. */
export interface SavedError {
  code: ErrorCode;
  message: string;
  cause: ErrorCause;
}

interface SavedAnswer extends Omit<Answer, "errors"> {
  errors: SavedError[];
}

export type SavedOutcome = { answer: SavedAnswer } | { error: SavedError };

const described = (job: Job): SavedJob["job"] => {
  const { id, phase, attachments, answering, attempts, settledAt, ...rest } = job;
  return rest;
};

export const savedJob = (job: Job, claim: SavedClaim, reservation: Reservation | undefined): SavedJob => ({
  job: described(job),
  attachments: job.attachments.map(({ path, bytes, contentType }) => ({ path, bytes, contentType })),
  ...(reservation && { reservation }),
  claim,
});

export function savedRecord(job: Job, outcome: Outcome, spent: Reservation | undefined): SavedRecord {
  const { id, phase, attachments, answering, ...rest } = job;
  const record: SavedRecord = {
    job: Object.assign(rest, { request: withoutPrompts(job.request), promptHash: promptHashOf(job) }),
    outcome: savedOutcome(withoutPictures(outcome)),
  };
  if (spent) record.spent = spent;
  return record;
}

export const savedError = ({ code, message, cause }: FluxError): SavedError => ({ code, message, cause });

export const errorFrom = ({ code, message, cause }: SavedError): FluxError => new FluxError(code, message, cause);

export const savedOutcome = (outcome: Outcome): SavedOutcome =>
  "error" in outcome
    ? { error: savedError(outcome.error) }
    : { answer: { ...outcome.answer, errors: outcome.answer.errors.map(savedError) } };

export const outcomeFrom = (saved: SavedOutcome): Outcome =>
  "error" in saved
    ? { error: errorFrom(saved.error) }
    : { answer: { ...saved.answer, errors: saved.answer.errors.map(errorFrom) } };

/** Pictures that came inside the answer went with their message; what is left names them. */
function withoutPictures(outcome: Outcome): Outcome {
  if ("error" in outcome) return outcome;
  const pictures = outcome.answer.pictures.map(({ base64, dataURI, ...facts }): AnsweredPicture => facts);
  return { answer: { ...outcome.answer, pictures } };
}

/** The longest-lived record says what a job cost and where its pictures are, not what was asked for in words. */
const withoutPrompts = (request: FluxRequest): FluxRequest => publicRequest(request, (name) => /prompt$/i.test(name));
