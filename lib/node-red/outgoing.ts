import type { ErrorCause, ErrorCode, FluxError } from "../errors";
import type { Job } from "../jobs/job";
import type { FluxRequest } from "../models/request";
import type { DeliveredPicture } from "./delivered-picture";
import type { FluxMessage, NodeAPI } from "./types";

/** An error that did not stop the job, as plain data for `msg.job.errors`. */
export interface ReportedError {
  code: ErrorCode;
  message: string;
  cause: ErrorCause;
}

/** `msg.job`: what was asked, what it cost, how it went. */
export interface JobReport {
  id: string;
  requestId?: string;
  provider: string;
  model: string;
  request: FluxRequest;
  /** US dollars for all pictures; absent when unknown. */
  cost?: number;
  /** Milliseconds spent in the account's line, at the service, and altogether. */
  timings: { waiting: number; service: number; total: number };
  attempts: number;
  warnings: string[];
  errors: ReportedError[];
  /** The result came after its job was reported as FLUX_TIMEOUT. */
  late?: boolean;
}

/** How results leave, as the dialog says. */
export interface OutgoingOptions {
  results: "each" | "all";
  keepFlux: boolean;
}

/** The times of a settled job, in ms. */
export function timings({ acceptedAt, submittedAt = acceptedAt, settledAt = submittedAt }: Job): JobReport["timings"] {
  return { waiting: submittedAt - acceptedAt, service: settledAt - submittedAt, total: settledAt - acceptedAt };
}

/** An error as plain data: class instances do not belong on messages. */
export const reported = ({ code, message, cause }: FluxError): ReportedError => ({ code, message, cause });

/** What all pictures cost together; undefined when one of them has no price. */
export function totalCost(pictures: readonly { cost?: number }[]): number | undefined {
  let total = 0;
  for (const { cost } of pictures) {
    if (cost === undefined) return undefined;
    total += cost;
  }
  // Adding 0.0098 three times must not show as 0.029399999999999996.
  return Math.round(total * 1e9) / 1e9;
}

/**
 * The messages that carry a job's pictures, made before the first is sent: the incoming object first, then clones of
 * it. Only the first carries `req` and `res`, because an HTTP request is answered once.
 */
export function toMessages(
  RED: NodeAPI,
  message: FluxMessage,
  pictures: readonly DeliveredPicture[],
  job: JobReport,
  { results, keepFlux }: OutgoingOptions,
): FluxMessage[] {
  if (!keepFlux) delete message.flux;
  if (results === "all") {
    const payload = pictures.map((picture) => picture.payload);
    return [Object.assign(message, { payload, image: pictures.map((picture) => picture.image), job })];
  }
  const messages = [message, ...pictures.slice(1).map(() => cloneForAnotherPicture(RED, message))];
  for (const [index, picture] of pictures.entries()) {
    const out = messages[index];
    if (!out) continue;
    Object.assign(out, picture, { job: index === 0 ? job : structuredClone(job) });
    if (pictures.length > 1) out.parts = nestedParts(out.parts, job.id, index, pictures.length);
  }
  return messages;
}

function cloneForAnotherPicture(RED: NodeAPI, message: FluxMessage): FluxMessage {
  const { req, res, ...rest } = message;
  return RED.util.cloneMessage(rest as FluxMessage);
}

/** As core's split node does it, so that a join after it restores what was there before. */
function nestedParts(previous: FluxMessage["parts"], id: string, index: number, count: number): FluxMessage["parts"] {
  return { id, type: "array", index, count, ...(previous && { parts: previous }) } as FluxMessage["parts"];
}
