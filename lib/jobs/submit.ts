import { FluxError } from "../errors";
import type { Found, Provider, Submission } from "../providers/provider";
import { backoff, pause } from "./backoff";
import type { Breaker } from "./breaker";
import type { Job } from "./job";

/** What a submit needs beside the job. */
export interface SubmitContext {
  provider: Provider;
  breaker: Breaker;
  /** Repetitions after the first try. */
  retries: number;
  signal: AbortSignal;
}

/**
 * Gets the paid request to the service, once. After a lost answer the service is asked whether it knows the job before
 * anything is sent again, and what is sent again carries the same id.
 *
 * @throws FluxError the refusal; FLUX_OUTCOME_UNKNOWN when the service may have the job and cannot be made to say so.
 */
export async function submit(job: Job, context: SubmitContext): Promise<Submission> {
  const { provider, breaker, retries, signal } = context;
  let doubtful = false;
  for (let attempt = 0; ; attempt += 1) {
    const failure = await send(job, context);
    if (!(failure instanceof FluxError)) return failure;
    if (failure.cause.billed === "unknown") {
      doubtful = true;
      const found = await ask(job, context);
      if (found?.state === "accepted" || found?.state === "settled") {
        breaker.succeeded();
        return found;
      }
      // Nobody could be asked: sending again would be paying blind.
      if (!found) throw outcomeUnknown(job, failure);
    } else if (!failure.cause.retryable) {
      throw doubtful ? outcomeUnknown(job, failure) : failure;
    }
    const resendable = !doubtful || Date.now() - (job.submittedAt ?? 0) < provider.resendWindow;
    if (attempt >= retries || !resendable) throw doubtful ? outcomeUnknown(job, failure) : failure;
    await pause(backoff(attempt, failure.retryAfter), signal);
  }
}

async function send(job: Job, context: SubmitContext): Promise<Submission | FluxError> {
  const { provider, breaker, signal } = context;
  try {
    breaker.check();
  } catch (error) {
    if (error instanceof FluxError) return error;
    throw error;
  }
  try {
    job.attempts += 1;
    const submission = await provider.submit(job.id, job.request, signal);
    breaker.succeeded();
    return submission;
  } catch (error) {
    if (signal.aborted || !(error instanceof FluxError)) throw error;
    breaker.failed(error);
    return error;
  }
}

/** Asks the service for the job; undefined when it could not be asked at all. */
async function ask(job: Job, { provider, retries, signal }: SubmitContext): Promise<Found | undefined> {
  for (let attempt = 0; attempt <= retries; attempt += 1) {
    await pause(backoff(attempt), signal);
    try {
      return await provider.find(job.id, job.expected, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof FluxError)) throw error;
      if (!error.cause.retryable) return undefined;
    }
  }
  return undefined;
}

function outcomeUnknown(job: Job, failure: FluxError): FluxError {
  return new FluxError(
    "FLUX_OUTCOME_UNKNOWN",
    `The request was sent but its fate is unknown: ${failure.message} It may have been paid for; look up job ${job.id} at the service before you send it again.`,
    { ...failure.cause, requestId: job.id, retryable: false, billed: "unknown" },
  );
}
