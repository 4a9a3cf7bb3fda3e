import { FluxError } from "../errors";
import { pause } from "../pause";
import type { Found, Provider, Submission } from "../providers/provider";
import { backoff } from "./backoff";
import type { Breaker } from "./breaker";
import { firstSentence } from "./first-sentence";
import { type Job, knownAs } from "./job";

/** What a submit needs beside the job. */
export interface SubmitContext {
  provider: Provider;
  breaker: Breaker;
  /** Repetitions after the first try. */
  retries: number;
  /** When the job is overdue, ms since 1970: no pause goes beyond it. */
  overdueAt: number;
  signal: AbortSignal;
}

/** "held": nothing was sent, because the breaker is open. */
type Sent = Submission | { state: "failed" | "held"; error: FluxError };

/**
 * Gets the paid request to the service, once. After a lost answer the service is asked whether it knows the job before
 * anything is sent again, and what is sent again carries the same id.
 *
 * @throws FluxError the refusal; FLUX_OUTCOME_UNKNOWN when the service may have the job and cannot be made to say so.
 */
export async function submit(job: Job, context: SubmitContext): Promise<Submission> {
  const { provider, breaker, retries, overdueAt, signal } = context;
  let doubtful = false;
  for (let repetition = 0; ; ) {
    const sent = await send(job, context);
    if (sent.state === "accepted" || sent.state === "settled") return sent;
    const { error } = sent;
    if (error.cause.billed === "unknown") {
      doubtful = true;
      const found = provider.resendWindow > 0 ? await ask(job, error, context) : undefined;
      if (found?.state === "accepted" || found?.state === "settled") {
        breaker.succeeded();
        return found;
      }
      // Nobody could be asked, or nobody there knows our ids: sending again would be paying blind.
      if (!found) throw outcomeUnknown(job, error, provider);
    }
    const giveUp = () => (doubtful ? outcomeUnknown(job, error, provider) : error);
    if (!error.cause.retryable && error.cause.billed !== "unknown") throw giveUp();
    if (sent.state === "failed" && repetition >= retries) throw giveUp();
    const again = Date.now() + backoff(repetition, error.retryAfter);
    // Sending again after the window could pay twice; waiting beyond the deadline would only hide the reason.
    const lastMoment = doubtful ? Math.min(overdueAt, (job.submittedAt ?? 0) + provider.resendWindow) : overdueAt;
    if (again >= lastMoment) throw giveUp();
    await pause(again - Date.now(), signal);
    if (Date.now() >= lastMoment) throw giveUp();
    if (sent.state === "failed") repetition += 1;
  }
}

async function send(job: Job, context: SubmitContext): Promise<Sent> {
  const { provider, breaker, signal } = context;
  try {
    breaker.check();
  } catch (error) {
    if (error instanceof FluxError) return { state: "held", error };
    throw error;
  }
  try {
    job.attempts += 1;
    const submission = await answerOf(job, provider, signal);
    breaker.succeeded();
    return submission;
  } catch (error) {
    if (signal.aborted || !(error instanceof FluxError)) throw error;
    breaker.failed(job.id, error);
    return { state: "failed", error };
  }
}

/** How long the answer to a submit is heard out although nobody waits for the job any more, in ms. */
const HEARD_OUT = 30_000;

/**
 * Submits. Where only the answer tells the job's id, the exchange is not broken off when `signal` aborts: the service may
 * have the job by then, and without its id it could neither be cancelled nor looked up.
 */
function answerOf(job: Job, provider: Provider, signal: AbortSignal): Promise<Submission> {
  const isNamedByUs = provider.resendWindow > 0;
  // Breaking off a request that is waited for is the only way to stop its job.
  if (isNamedByUs || job.delivery === "sync") return provider.submit(job, signal);
  const hearing = new AbortController();
  if (signal.aborted) hearing.abort(signal.reason);
  const answer = provider.submit(job, hearing.signal);
  return new Promise((resolve, reject) => {
    const leave = () => {
      const limit = setTimeout(() => hearing.abort(signal.reason), HEARD_OUT).unref();
      const heard = (submission: Submission) => {
        if (submission.state === "accepted") job.receipt = submission.receipt;
      };
      job.answering = answer.then(heard, () => {}).finally(() => clearTimeout(limit));
      reject(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

/** Asks the service for the job; undefined when it could not be asked at all. */
async function ask(job: Job, failure: FluxError, context: SubmitContext): Promise<Found | undefined> {
  const { provider, retries, overdueAt, signal } = context;
  let wait = backoff(0, failure.retryAfter);
  for (let attempt = 1; attempt <= retries + 1; attempt += 1) {
    if (Date.now() + wait >= overdueAt) return undefined;
    await pause(wait, signal);
    try {
      return await provider.find(job, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof FluxError)) throw error;
      if (!error.cause.retryable) return undefined;
      wait = backoff(attempt, error.retryAfter);
    }
  }
  return undefined;
}

function outcomeUnknown(job: Job, failure: FluxError, provider: Provider): FluxError {
  // Only what happened: what the failure advises, such as trying again, would be wrong here.
  const happened = firstSentence(failure.message);
  const requestId = failure.cause.requestId ?? knownAs(job, provider);
  const lookUp =
    requestId === undefined
      ? `the service gave no id for it, so look for a request of ${job.model} sent at ${new Date(job.submittedAt ?? job.acceptedAt).toISOString()} in the list of your requests there`
      : `look up job ${requestId} at the service`;
  return new FluxError(
    "FLUX_OUTCOME_UNKNOWN",
    `The request was sent, but what became of it is unknown: ${happened} It may have been paid for; ${lookUp} before you send it again.`,
    { ...failure.cause, requestId, retryable: false, billed: "unknown" },
  );
}
