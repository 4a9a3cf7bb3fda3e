import type { HttpAnswer } from "../../net/http";
import type { NetworkFailure } from "../../net/network-failure";
import { type Item, isItem, parse } from "../json";
import { readRetryAfter } from "../retry-after";

/** What fal answered to one HTTP request, whatever the status was. */
export interface FalAnswer {
  status: number;
  /** Absent for HTML, truncated JSON and everything else that is no JSON object. */
  body?: Item | undefined;
  /** Why the body is not whole, where it began to come. */
  failure?: NetworkFailure | undefined;
  /** The id of this HTTP request; that of a submit is the job's. */
  requestId?: string | undefined;
  /** As fal calls what went wrong. */
  errorType?: string | undefined;
  /** Whether fal believes that the same request may succeed. */
  retryable?: boolean | undefined;
  /** The caller's own time limit ended the request. */
  ownTimeout: boolean;
  /** How long fal asked us to wait, in ms. */
  retryAfter?: number | undefined;
  /** What a job is billed as. */
  billableUnits?: number | undefined;
}

/** Reads an answer; `failure` is why its body is missing. */
export function readAnswer({ status, headers, text }: HttpAnswer, failure?: NetworkFailure): FalAnswer {
  const parsed = parse(text);
  const body = isItem(parsed) ? parsed : undefined;
  return {
    status,
    ownTimeout: headers["x-fal-request-timeout-type"] === "user",
    body,
    failure,
    requestId: readRequestId(headers["x-fal-request-id"]),
    errorType: readErrorType(body?.error_type) ?? readErrorType(headers["x-fal-error-type"]),
    retryable: readFlag(headers["x-fal-retryable"]) ?? readFlag(headers["x-fal-needs-retry"]),
    retryAfter: readRetryAfter(headers["retry-after"]),
    billableUnits: readUnits(headers["x-fal-billable-units"]),
  };
}

/** A request id becomes a part of addresses, so that nothing else may pass for one. */
export const readRequestId = (value: unknown): string | undefined =>
  typeof value === "string" && /^[a-z0-9][\w-]{0,99}$/i.test(value) ? value : undefined;

/** fal's error types are words such as `runner_disconnected`. */
export const readErrorType = (value: unknown): string | undefined =>
  typeof value === "string" && /^[\w.-]{1,80}$/.test(value) ? value : undefined;

function readFlag(value: string | undefined): boolean | undefined {
  if (value === "true" || value === "1") return true;
  return value === "false" || value === "0" ? false : undefined;
}

const readUnits = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d{1,12}(\.\d{1,12})?$/.test(value) ? Number(value) : undefined;
