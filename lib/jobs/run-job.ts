import { FluxError } from "../errors";
import type { FluxRequest } from "../models/request";
import type { Answer, Progress } from "../providers/provider";
import { backoff, pause } from "./backoff";
import { advance, type Job, type Phase } from "./job";
import type { Release } from "./limit";
import type { Service } from "./service";
import { submit } from "./submit";

/** How one job is to be run. */
export interface RunOptions {
  service: Service;
  /** Ms from submit to FLUX_TIMEOUT, in wall-clock time. */
  deadline: number;
  retries: number;
  signal: AbortSignal;
  /** Told of every step, for status lines. */
  onPhase?: (phase: Phase) => void;
  onProgress?: (progress: Progress) => void;
}

/**
 * Takes a job from acceptance to its answer: waits in line, uploads its pictures, submits, waits for the result.
 * Throws FLUX_BUSY synchronously (before any await) when the line is full.
 *
 * @returns the answer; it has at least one picture.
 * @throws FluxError of any code; the signal's reason when aborted.
 */
export function runJob(job: Job, options: RunOptions): Promise<Answer> {
  return runInTurn(job, options, options.service.limit.enter(options.signal));
}

async function runInTurn(job: Job, options: RunOptions, turn: Promise<Release>): Promise<Answer> {
  const release = await turn;
  try {
    job.request = await prepare(job, options);
    return await submitAndWait(job, options);
  } finally {
    release();
  }
}

/** Uploads are free and may be repeated, so any retryable failure is. */
async function prepare(job: Job, { service, retries, signal }: RunOptions): Promise<FluxRequest> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await service.provider.prepare(job, signal);
    } catch (error) {
      const repeatable = error instanceof FluxError && error.cause.retryable && !signal.aborted;
      if (!repeatable || attempt >= retries) throw error;
      await pause(backoff(attempt, error.retryAfter), signal);
    }
  }
}

async function submitAndWait(job: Job, options: RunOptions): Promise<Answer> {
  const { service, deadline, retries, signal, onProgress } = options;
  const move = (phase: Phase) => {
    advance(job, phase);
    options.onPhase?.(phase);
  };
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(timedOut(job, deadline)), deadline);
  const limited = AbortSignal.any([signal, clock.signal]);
  try {
    job.submittedAt = Date.now();
    move({ state: "submitting" });
    const { provider, breaker } = service;
    const submission = await submit(job, { provider, breaker, retries, signal: limited });
    if (submission.state === "accepted") move({ state: "submitted" });
    const answer =
      submission.state === "settled"
        ? submission.answer
        : await provider.wait(job.id, job.expected, limited, onProgress);
    job.settledAt = Date.now();
    move({ state: "settled", answer });
    return withPictures(job, answer);
  } finally {
    clearTimeout(timer);
  }
}

/** A batch with no picture at all is an error; one that lacks some is not. */
function withPictures(job: Job, answer: Answer): Answer {
  if (answer.pictures.length > 0) return answer;
  throw (
    answer.errors[0] ??
    new FluxError("FLUX_PROVIDER", `The service settled job ${job.id} without a picture and without a reason.`, {
      requestId: job.id,
      billed: "unknown",
    })
  );
}

function timedOut(job: Job, deadline: number): FluxError {
  const seconds = Math.round(deadline / 1000);
  return new FluxError(
    "FLUX_TIMEOUT",
    `No result within ${seconds} s. The service may still finish job ${job.id} and bill it; it was not sent again.`,
    { requestId: job.id, billed: "unknown" },
  );
}
