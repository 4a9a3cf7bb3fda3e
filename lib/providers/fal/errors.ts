import { type Billed, type ErrorCode, FluxError, type Violation } from "../../errors";
import { commonErrors, fate, type Purpose } from "../common-errors";
import type { Item } from "../json";
import type { Quote } from "../quote";
import { type FalAnswer, readErrorType } from "./answer";
import { type Detail, detailsOfType, readDetails } from "./details";
import { type Family, familyOf } from "./error-family";

const common = commonErrors({ provider: "fal", title: "fal", resends: false });

export const { lostAnswer, forgottenJob, missingPictures, aboutAcceptedJob, closed } = common;

/** What is known beside the answer itself. */
export interface ErrorContext {
  purpose: Purpose;
  /** Of the job, once fal took it. */
  requestId?: string;
  /** Where the request went, in words: "the queue URL". */
  address: string;
  quote: Quote;
}

/** What failed: a request of ours, or the job itself, whose failure fal answers as the job's result. */
type Subject = "request" | "job";

const CODES: Readonly<Record<Family, ErrorCode>> = {
  auth: "FLUX_AUTH",
  quota: "FLUX_QUOTA",
  rate: "FLUX_RATE_LIMIT",
  safety: "FLUX_CONTENT_POLICY",
  timeout: "FLUX_TIMEOUT",
  cancelled: "FLUX_CANCELLED",
  notFound: "FLUX_CONFIG",
  validation: "FLUX_VALIDATION",
  server: "FLUX_PROVIDER",
  unknown: "FLUX_PROVIDER",
};

const MAY_PASS = new Set<Family>(["rate", "timeout", "server"]);

/** Families that concern every job of the account. */
const GENERAL = new Set<Family>(["auth", "quota", "rate", "notFound"]);

/** Statuses that say that the same request belongs to another address, so that nothing was done. */
const MOVED = new Set([301, 307, 308]);

/** The error of a request that was not answered as hoped. */
export function requestError(answer: FalAnswer, context: ErrorContext): FluxError {
  const { status, body, retryAfter, failure } = answer;
  const requestId = context.requestId ?? answer.requestId;
  const { purpose, address } = context;
  const strange = { purpose, requestId, status, retryAfter };
  if (body === undefined && (status === 404 || status === 405 || (status >= 300 && status < 400))) {
    const error = common.notTheService(strange, address);
    const isRefused = status >= 400 || MOVED.has(status);
    return isRefused && purpose !== "result" ? withCause(error, { billed: "no" }) : error;
  }
  // The key was good enough for the job itself: this comes from a firewall or a proxy.
  if (body === undefined && purpose === "result" && (status === 401 || status === 403)) {
    return common.refusedOnTheWay(strange);
  }
  if (status >= 400) return statedError(answer, { ...context, ...(requestId && { requestId }) }, "request");
  return failure ? lostAnswer(failure, purpose, requestId) : common.unreadableAnswer(strange);
}

/** The error of a job that fal ran, or tried to run. */
export const jobError = (answer: FalAnswer, context: ErrorContext): FluxError => statedError(answer, context, "job");

/** The error in a status that says that the job has ended, without the result's own words. */
export function errorInStatus({ error, error_type: type }: Item, context: ErrorContext): FluxError {
  const body = { detail: error };
  const errorType = readErrorType(type);
  return jobError({ status: 0, body, ownTimeout: false, ...(errorType !== undefined && { errorType }) }, context);
}

function statedError(answer: FalAnswer, context: ErrorContext, subject: Subject): FluxError {
  const { status, body, retryAfter } = answer;
  const { requestId, quote } = context;
  const listed = readDetails(body?.detail, quote);
  const providerCode = answer.errorType ?? listed.find(({ type }) => type !== undefined)?.type;
  const details = listed.length > 0 ? listed : detailsOfType(providerCode);
  const text = body?.detail ?? body?.error ?? body?.message;
  const family = details.some(({ type }) => type === "content_policy_violation")
    ? "safety"
    : familyOf(status, providerCode, text);
  const billed = billedAfter(family, answer, context.purpose, subject);
  const marks = [providerCode, status >= 400 ? String(status) : undefined].filter((mark) => mark !== undefined);
  const said = listed.length === 0 ? quote(text) : undefined;
  const message = [
    sentence(family, marks.length === 0 ? "" : ` (${marks.join(", ")})`, { context, subject }),
    ...details.map((detail) => detail.message),
    ...(said === undefined ? [] : [`fal says: "${said}"`]),
    ...(billed === "unknown" && context.purpose !== "result" ? [fate(context).trim()] : []),
  ].join(" ");
  const parameter = details.find((detail) => detail.parameter !== undefined)?.parameter;
  return new FluxError(
    CODES[family],
    message,
    {
      provider: "fal",
      ...(status >= 400 && { status }),
      ...(providerCode !== undefined && { providerCode }),
      ...(parameter !== undefined && { parameter }),
      ...(requestId !== undefined && { requestId }),
      retryable: isRetryable(family, answer, { billed, purpose: context.purpose, subject }),
      billed,
      violations: details.flatMap(violation),
    },
    retryAfter,
    scopeOf(family, subject),
  );
}

/**
 * Whether money was spent. fal charges for pictures that were made, not for jobs that fail with a 5xx of their own; and
 * it says in a header what it charges for.
 */
function billedAfter(
  family: Family,
  { status, billableUnits = 0 }: FalAnswer,
  purpose: Purpose,
  subject: Subject,
): Billed {
  if (purpose === "free") return "no";
  if (billableUnits > 0) return "yes";
  if (subject === "job") return family === "cancelled" || family === "unknown" ? "unknown" : "no";
  if (purpose === "result") return "unknown";
  if (status === 429 || status === 503) return "no";
  // A time limit or a lost connection on the way leaves it open whether the job was taken; so does any other 5xx.
  return status >= 500 || status === 408 || status === 499 ? "unknown" : "no";
}

/** Whether the same call may be repeated: never one that may pay twice. */
function isRetryable(
  family: Family,
  { status, ownTimeout, retryable }: FalAnswer,
  { billed, purpose, subject }: { billed: Billed; purpose: Purpose; subject: Subject },
): boolean {
  if (ownTimeout) return false;
  // Asking for a job is free, whatever became of it.
  if (purpose === "result" && subject === "request") return MAY_PASS.has(family);
  // A paid request is sent again on these two words only, whatever a hint beside another refusal says.
  if ((purpose === "submit" || purpose === "run") && status !== 429 && status !== 503) return false;
  return billed === "no" && (retryable ?? MAY_PASS.has(family));
}

function scopeOf(family: Family, subject: Subject): "job" | "service" {
  if (GENERAL.has(family)) return "service";
  if (subject === "job" || family === "validation" || family === "safety") return "job";
  return "service";
}

const violation = ({ parameter, message, allowed }: Detail): Violation[] =>
  parameter === undefined ? [] : [{ parameter, message, ...(allowed !== undefined && { allowed }) }];

/** The same error, with more known about it. */
export const withCause = (
  { code, message, cause, retryAfter, scope }: FluxError,
  more: Partial<FluxError["cause"]>,
): FluxError => new FluxError(code, message, { ...cause, ...more }, retryAfter, scope);

function sentence(
  family: Family,
  mark: string,
  { context: { address }, subject }: { context: ErrorContext; subject: Subject },
): string {
  switch (family) {
    case "auth":
      return `fal refused the API key${mark}. Check the key and what it may do, in the account node and in fal's dashboard.`;
    case "quota":
      return `fal has locked the account${mark}, as it does when the balance is used up. Top it up in the billing section of fal's dashboard, then send the message again.`;
    case "rate":
      return `fal gets too many requests at once${mark}. Send the message again later, or lower the concurrency in the account node.`;
    case "safety":
      return `fal rejects the content of this request${mark}. Change the prompt or the input picture.`;
    case "timeout":
      return subject === "job"
        ? `fal gave up on this job because it took too long to start or to finish${mark}.`
        : `fal did not answer in time${mark}.`;
    case "cancelled":
      return `The job was cancelled at fal${mark}.`;
    case "notFound":
      return `fal has nothing at this address${mark}. Check ${address} in the account node; the key may also lack access to the model.`;
    case "validation":
      return `fal refused the request${mark}.`;
    case "server":
      return subject === "job" ? `fal could not run the model${mark}.` : `fal has a problem of its own${mark}.`;
    case "unknown":
      return `fal reported an error${mark}.`;
  }
}
