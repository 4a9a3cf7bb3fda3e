import { FluxError } from "../../errors";
import { NetworkFailure } from "../../net/network-failure";
import { pause } from "../../pause";
import type { Signal } from "../../signal";
import { pauseBeforeAsking } from "../ask-again";
import type { Item } from "../json";
import type { Answer } from "../provider";
import { type FalAnswer, readErrorType } from "./answer";
import { aboutAcceptedJob, errorInStatus, jobError, lostAnswer, requestError } from "./errors";
import type { Inquiry } from "./inquiry";
import { jobAddress } from "./job-address";
import { failed, readPictures } from "./pictures";
import { obstacle, type Standing } from "./status";

/** A status that says that the job has ended. */
type Completed = Extract<Standing, { state: "completed" }>;

/** What one reading of a result brought. */
export type Reading =
  | { state: "settled"; answer: Answer }
  /** The status was ahead of the result. */
  | { state: "not yet" }
  /**
   * Reading it again may bring more, up to `times` in all; then `error` is how the job ended. `isTold`: fal's own word,
   * and not a trouble on the way.
   */
  | { state: "unclear"; times: number; error: FluxError; isTold: boolean };

/** How often a result is read that comes as a failure of the kind. The pauses between 8 readings add up to a minute. */
const TIMES = { passing: 8, serverError: 3, notFound: 3, key: 3, question: 3 };

/**
 * Reads the result of a job that has ended, at once and again as long as that may help: fal keeps large ones for
 * minutes only. A lost connection is tried again until `signal` aborts.
 *
 * @returns "not yet" when fal says that the job has not ended after all. Rejects only with the signal's reason.
 */
export async function fetchResult(inquiry: Inquiry, completed: Completed, signal: Signal): Promise<Answer | "not yet"> {
  const { failures } = inquiry.context.pace;
  for (let read = 1; ; read += 1) {
    const reading = await readResult(inquiry, completed, signal);
    if (reading.state === "settled") return reading.answer;
    if (reading.state === "not yet") return "not yet";
    if (read >= reading.times) return failed(reading.error);
    await pause(pauseBeforeAsking(failures, read - 1, reading.error.retryAfter), signal);
  }
}

/** Reads a result once. Rejects only with the signal's reason. */
export async function readResult(
  { context, task, about }: Inquiry,
  completed: Completed,
  signal: Signal,
): Promise<Reading> {
  const { call, addresses, timeouts } = context;
  const { failure } = completed;
  let answer: FalAnswer;
  try {
    answer = await call({ url: jobAddress("response", task, addresses.queueUrl), signal, timeout: timeouts.read });
  } catch (error) {
    if (!(error instanceof NetworkFailure)) throw error;
    if (failure) return settled(errorInStatus(failure, about));
    const lost = lostAnswer(error, "result", about.requestId);
    return { state: "unclear", times: error.passing ? Number.POSITIVE_INFINITY : 1, error: lost, isTold: false };
  }
  // A job that ended with an error has no pictures to be trusted, whatever the result holds; it may tell more about why.
  if (failure) {
    return settled(isJobFailure(answer) ? jobError(withType(answer, failure), about) : errorInStatus(failure, about));
  }
  const { status, body } = answer;
  const billableUnits = answer.billableUnits ?? completed.billableUnits ?? task.receipt?.billableUnits;
  if (body && status < 300) {
    if (status === 202 || isPending(body.status)) return { state: "not yet" };
    return { state: "settled", answer: readPictures(body, task, { requestId: about.requestId, billableUnits }) };
  }
  if (body && status === 400 && saysPending(body.detail)) return { state: "not yet" };
  if (isJobFailure(answer)) {
    // Without a type the same status may be that of a server on the way, which knows nothing of the job.
    if (!saysWhose(answer) && (status >= 500 || status === 408)) {
      const error = aboutAcceptedJob(requestError(answer, about), about.requestId);
      return { state: "unclear", times: TIMES.passing, error, isTold: false };
    }
    const error = jobError(answer, about);
    // It may be fal's own for a moment.
    return status < 500 ? settled(error) : { state: "unclear", times: TIMES.serverError, error, isTold: false };
  }
  if (body && (status === 404 || status === 410)) {
    return { state: "unclear", times: TIMES.notFound, error: expired(status, about.requestId), isTold: true };
  }
  const error = requestError(answer, about);
  const why = obstacle(answer);
  if (why === "key") {
    return { state: "unclear", times: TIMES.key, error: aboutAcceptedJob(error, about.requestId), isTold: false };
  }
  const times = answer.failure?.passing === false ? 1 : TIMES[why];
  return { state: "unclear", times, error, isTold: why === "question" };
}

const settled = (error: FluxError): Reading => ({ state: "settled", answer: failed(error) });

const isPending = (status: unknown): boolean => status === "IN_QUEUE" || status === "IN_PROGRESS";

/** What fal answers when a result is asked for too early. */
const saysPending = (detail: unknown): boolean => typeof detail === "string" && /in (progress|queue)/i.test(detail);

/** Whether a failure names itself as fal's platform and its models do. */
const saysWhose = ({ body, errorType, ownTimeout }: FalAnswer): boolean =>
  errorType !== undefined || ownTimeout || Array.isArray(body?.detail);

/**
 * Whether an answer may be the model's own failure. The queue's refusals have other statuses, or no list of what is
 * wrong; gateways mostly answer with pages.
 */
function isJobFailure({ status, body }: FalAnswer): boolean {
  if (!body || status < 400) return false;
  if (Array.isArray(body.detail)) return true;
  return ![401, 402, 403, 404, 405, 410, 429].includes(status);
}

function withType(answer: FalAnswer, status: Item): FalAnswer {
  const errorType = answer.errorType ?? readErrorType(status.error_type);
  return { ...answer, ...(errorType !== undefined && { errorType }) };
}

const expired = (status: number, requestId: string): FluxError =>
  new FluxError(
    "FLUX_PROVIDER",
    `fal finished job ${requestId} and bills it, but no longer has its result: large ones are kept for some minutes only. Look for it in fal's dashboard before you send it again.`,
    { provider: "fal", status, requestId, billed: "yes" },
  );
