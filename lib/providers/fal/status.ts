import type { FluxError } from "../../errors";
import { NetworkFailure } from "../../net/network-failure";
import type { Signal } from "../../signal";
import { type Item, isItem } from "../json";
import type { Quote } from "../quote";
import type { FalAnswer } from "./answer";
import { type ErrorContext, lostAnswer, requestError } from "./errors";
import type { Inquiry } from "./inquiry";
import { jobAddress } from "./job-address";

/** Where an accepted job stands. */
export type Standing =
  | { state: "queued"; ahead?: number; log?: string }
  /** Also everything that fal may call a state one day. */
  | { state: "running"; log?: string }
  /** `failure` is the status itself, where it says that the job failed; otherwise that shows when its result is read. */
  | { state: "completed"; failure?: Item; billableUnits?: number }
  | { state: "not known" }
  /**
   * fal could not be asked: it refuses the key, the question as such, or something passes. `isTooLarge`: the logs
   * outgrew what is read.
   */
  | { state: "not told"; why: "key" | "question" | "passing"; error: FluxError; isTooLarge: boolean };

/** Of a status with all the logs of a job. */
const LARGEST_STATUS = 8 * 1024 * 1024;

/** Asks once where a job stands. Rejects only with the signal's reason. */
export async function askStatus(
  { context, task, about }: Inquiry,
  { withLogs }: { withLogs: boolean },
  signal: Signal,
): Promise<Standing> {
  const url = new URL(jobAddress("status", task, context.addresses.queueUrl));
  if (withLogs) url.searchParams.set("logs", "1");
  else url.searchParams.delete("logs");
  await context.statuses.enter(signal);
  let answer: FalAnswer;
  try {
    const timeout = context.timeouts.read;
    answer = await context.call({ url: url.href, signal, timeout, maxBytes: LARGEST_STATUS });
  } catch (error) {
    if (!(error instanceof NetworkFailure)) throw error;
    return {
      state: "not told",
      why: "passing",
      error: lostAnswer(error, "result", about.requestId),
      isTooLarge: false,
    };
  }
  const { status, retryAfter } = answer;
  // Asked too often is asked too often by all of them. Results are not kept for as long as a service may want to rest.
  if (status === 429 && retryAfter) context.statuses.pause(Math.min(retryAfter, context.pace.failures.most));
  return standingIn(answer, about);
}

/** The body tells, whatever the HTTP status: fal answers 202 or 200. */
function standingIn(answer: FalAnswer, context: ErrorContext): Standing {
  const { status, body, billableUnits } = answer;
  const state = body?.status;
  if (body && state === "COMPLETED") {
    const hasFailed = isStated(body.error) || isStated(body.error_type);
    return {
      state: "completed",
      ...(hasFailed && { failure: body }),
      ...(billableUnits !== undefined && { billableUnits }),
    };
  }
  if (body && (status < 300 || state === "IN_QUEUE" || state === "IN_PROGRESS")) {
    const log = lastLog(body.logs, context.quote);
    const told = log === undefined ? {} : { log };
    if (state !== "IN_QUEUE") return { state: "running", ...told };
    const ahead = readPosition(body.queue_position);
    return { state: "queued", ...(ahead !== undefined && { ahead }), ...told };
  }
  if (body && status === 404) return { state: "not known" };
  const error = requestError(answer, context);
  return { state: "not told", why: obstacle(answer), error, isTooLarge: answer.failure?.kind === "too-large" };
}

const isStated = (value: unknown): boolean => value !== undefined && value !== null && value !== "" && value !== false;

/** HTML comes from something on the way; it says nothing about the key or the job. */
export function obstacle({ status, body }: FalAnswer): "key" | "question" | "passing" {
  if (!body || status === 429 || status >= 500 || status < 400) return "passing";
  return status === 401 || status === 403 || status === 402 ? "key" : "question";
}

const readPosition = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** The last line of the last entry; progress bars draw many lines over each other. */
function lastLog(logs: unknown, quote: Quote): string | undefined {
  const last: unknown = Array.isArray(logs) ? logs.at(-1) : undefined;
  const message: unknown = isItem(last) ? last.message : last;
  if (typeof message !== "string") return undefined;
  const text = message.trimEnd();
  return quote(text.slice(Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1));
}
