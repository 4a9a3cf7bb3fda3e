import { type Billed, type ErrorCode, FluxError, type Violation } from "../../errors";
import { commonErrors, fate, type Purpose } from "../common-errors";
import { type Item, isItem } from "../json";
import { type Quote, quoter, word } from "../quote";
import type { ServiceAnswer } from "./answer";
import { type Family, familyOf, plainCode } from "./error-family";

const common = commonErrors({ provider: "runware", title: "Runware", resends: true });

export const { lostAnswer, unprocessedAnswer, forgottenJob, missingPictures, aboutAcceptedJob, closed } = common;

/** What is known beside the error itself. */
export interface ErrorContext {
  purpose: Purpose;
  status: number;
  /** The job's taskUUID, where the failure is about one job. */
  requestId?: string;
  /** Whether the service stated the failure of this one job, by its id; otherwise it may be about everything. */
  named?: boolean;
  /** In ms. */
  retryAfter?: number | undefined;
  apiKey: string;
  quote: Quote;
}

const CODES: Record<Family, ErrorCode> = {
  auth: "FLUX_AUTH",
  quota: "FLUX_QUOTA",
  rate: "FLUX_RATE_LIMIT",
  safety: "FLUX_CONTENT_POLICY",
  timeout: "FLUX_TIMEOUT",
  notFound: "FLUX_VALIDATION",
  server: "FLUX_PROVIDER",
  provider: "FLUX_PROVIDER",
  validation: "FLUX_VALIDATION",
  unknown: "FLUX_PROVIDER",
};

const RETRYABLE = new Set<Family>(["timeout", "rate", "server", "provider"]);

/** Families that tell of a refusal: the service did not run, and does not charge for, what it refused. */
const REFUSALS = new Set<Family>(["auth", "quota", "rate", "validation", "notFound"]);

/**
 * What an answer says about errors that are not about one job. Uploads and balances know no prompts; polls are about the
 * prompts of many jobs, so that nothing is quoted.
 */
export const contextOf = (answer: ServiceAnswer, purpose: Purpose, apiKey: string): ErrorContext => ({
  purpose,
  status: answer.status,
  apiKey,
  quote: quoter(apiKey, purpose === "free" ? [] : undefined),
  ...(answer.retryAfter !== undefined && { retryAfter: answer.retryAfter }),
});

/** An error that the service stated, in either of its two shapes: an `errors[]` element, or a data item's `error`. */
export function serviceError(item: Item, context: ErrorContext): FluxError {
  const { status, apiKey, requestId, retryAfter } = context;
  const providerCode = codeOf(item, apiKey);
  const family = familyOf(providerCode, status);
  const parameter = parameterOf(item, apiKey);
  const said = context.quote(item.message);
  const marks = [providerCode, status >= 400 ? String(status) : undefined].filter((mark) => mark !== undefined);
  const message = [sentence(family, marks.join(", "), parameter), said && `Runware says: "${said}"`]
    .filter((part) => part !== undefined)
    .join(" ");
  return new FluxError(
    CODES[family],
    message,
    {
      provider: "runware",
      ...(status >= 400 && { status }),
      ...(providerCode !== undefined && { providerCode }),
      ...(parameter !== undefined && { parameter }),
      ...(requestId !== undefined && { requestId }),
      retryable: RETRYABLE.has(family),
      billed: billedAfter(family, item, context),
      violations:
        family === "validation" && parameter !== undefined ? [violation(item, parameter, message, context)] : [],
    },
    retryAfter,
    scopeOf(family, context),
  );
}

/** An answer that explains nothing: HTML of a gateway, truncated JSON, a status without a body. */
export function unexplainedAnswer({ status, retryAfter, readable }: ServiceAnswer, context: ErrorContext): FluxError {
  const { purpose, requestId } = context;
  const strange = { purpose, requestId, status, retryAfter };
  if (!readable && ((status >= 300 && status < 400) || status === 404 || status === 405)) {
    return common.notTheService(strange, "the base URL");
  }
  // The key was good enough for the job itself: this comes from a firewall or a proxy.
  if (purpose === "result" && (status === 401 || status === 403)) return common.refusedOnTheWay(strange);
  if (status >= 400) {
    const merged = { ...context, status, ...(retryAfter !== undefined && { retryAfter }) };
    return serviceError({}, merged);
  }
  return common.unreadableAnswer(strange);
}

/** A whole and readable answer that does not mention the task. */
export function unansweredTask(context: ErrorContext): FluxError {
  return new FluxError("FLUX_OUTCOME_UNKNOWN", `Runware's answer does not mention the job.${fate(context)}`, {
    provider: "runware",
    ...(context.requestId !== undefined && { requestId: context.requestId }),
    status: context.status,
    retryable: true,
    billed: context.purpose === "free" ? "no" : "unknown",
  });
}

/** The service code of an error item, verbatim but for its length. */
export const codeOf = (item: Item, apiKey: string): string | undefined => word(item.code, apiKey);

/** The parameter that an error item names; several become one text. */
export const parameterOf = (item: Item, apiKey: string): string | undefined => word(item.parameter, apiKey);

function billedAfter(family: Family, item: Item, { purpose, named, status, apiKey }: ErrorContext): Billed {
  if (purpose === "free") return "no";
  // An accepted job that fails for its parameters was not run. A key refused later says nothing about the job.
  if (purpose === "result") {
    const forInput = family === "notFound" && parameterOf(item, apiKey) !== undefined;
    return family === "validation" || forInput ? "no" : "unknown";
  }
  if (REFUSALS.has(family)) return "no";
  // Refused content is free when it is refused at the door; pictures that are withheld afterwards may not be.
  if (family === "safety") return "no";
  const code = plainCode(codeOf(item, apiKey));
  if (code === "serviceunavailable") return named || status === 503 ? "no" : "unknown";
  if (family !== "provider" || !named) return "unknown";
  // Said at the door, the service did not take the task. Said when the pictures should be there, it may have run.
  return purpose === "submit" || NEVER_STARTED.has(code) ? "no" : "unknown";
}

/** Codes of jobs that found nothing to run on. */
const NEVER_STARTED = new Set(["modelunavailable", "noavailableserver"]);

/** A key, an empty account and too many requests concern every job, even when the service says so job by job. */
function scopeOf(family: Family, { named }: ErrorContext): "job" | "service" {
  if (family === "auth" || family === "quota" || family === "rate") return "service";
  if (family === "validation" || family === "notFound" || family === "safety") return "job";
  return named ? "job" : "service";
}

function sentence(family: Family, marks: string, parameter: string | undefined): string {
  const mark = marks === "" ? "" : ` (${marks})`;
  switch (family) {
    case "auth":
      return `Runware refused the API key${mark}. Check the key and its permissions in the account node.`;
    case "quota":
      return `The Runware account cannot pay for this${mark}. Top it up, then send the message again.`;
    case "rate":
      return `Runware gets too many requests at once${mark}. Send the message again later, or lower the concurrency in the account node.`;
    case "safety":
      return `Runware rejects the content of this request or of its picture${mark}. Change the prompt or the input pictures.`;
    case "timeout":
      return `Runware gave up on this job because it took too long${mark}. Send the message again, perhaps with fewer steps or results.`;
    case "notFound":
      return `Runware cannot find something that this request names${parameter ? ` in ${parameter}` : ""}${mark}. Check model identifiers and picture ids; they may have expired.`;
    case "server":
      return `Runware has a problem of its own${mark}. Send the message again later.`;
    case "provider":
      return `Runware could not run the model${mark}. Send the message again later.`;
    case "validation":
      return parameter
        ? `Runware refused the parameter ${parameter}${mark}. Change it, or leave it out.`
        : `Runware refused the request as not valid${mark}.`;
    case "unknown":
      return `Runware reported an error${mark}.`;
  }
}

function violation(item: Item, parameter: string, message: string, { quote }: ErrorContext): Violation {
  const allowed = allowedValues(item, quote);
  return { parameter, message, ...(allowed !== undefined && { allowed }) };
}

function allowedValues({ min, max, multiplier, allowedValues }: Item, quote: Quote): string | undefined {
  if (Array.isArray(allowedValues)) {
    const words = allowedValues
      .slice(0, 20)
      .flatMap((value: unknown) => (typeof value === "object" ? [] : (quote(String(value))?.slice(0, 40) ?? [])));
    return words.length > 0 ? words.join(", ") : undefined;
  }
  const range = [
    typeof min === "number" ? `from ${min}` : undefined,
    typeof max === "number" ? `to ${max}` : undefined,
    typeof multiplier === "number" ? `in steps of ${multiplier}` : undefined,
  ].filter((part) => part !== undefined);
  return range.length > 0 ? range.join(" ") : undefined;
}

/** Whether a data item tells of a failure. */
export const hasFailed = ({ status, error }: Item): boolean =>
  status === "error" || isItem(error) || (typeof error === "string" && error !== "");

/** The error inside a data item with `status: "error"`: an object, a text, or nothing at all. */
export function errorInside(item: Item): Item {
  const { error } = item;
  if (isItem(error)) return error;
  return typeof error === "string" ? { message: error } : item;
}
