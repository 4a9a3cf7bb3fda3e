import { FluxError } from "../errors";
import type { Answer, Progress, Receipt, Submission } from "../providers/provider";
import { repeated } from "./backoff";
import { advance, type Job, knownAs, type Phase } from "./job";
import type { Release } from "./limit";
import type { Service } from "./service";
import { submit } from "./submit";
import { within } from "./within";

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
  /**
   * Told when the deadline passes while the service may have the job: its result may still come.
   * @returns what becomes of the job, as a sentence for the error.
   */
  onOverdue?: () => string;
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
  const { service, deadline, retries, signal } = options;
  const release = await turn;
  try {
    const overdueAt = Date.now() + deadline;
    job.request = await within(
      deadline,
      signal,
      () => uploadOverdue(deadline),
      (limited) => repeated(() => service.provider.prepare(job, limited), retries, limited, overdueAt),
    );
    return withPictures(await submitAndWait(job, options), knownAs(job, service.provider));
  } finally {
    release();
  }
}

async function submitAndWait(job: Job, options: RunOptions): Promise<Answer> {
  const { service, deadline, retries, signal } = options;
  const { provider, breaker } = service;
  const move = (phase: Phase) => {
    advance(job, phase);
    options.onPhase?.(phase);
  };
  const overdue = () => {
    return timedOut(knownAs(job, provider), deadline, options.onOverdue?.() ?? "");
  };
  job.submittedAt = Date.now();
  const overdueAt = job.submittedAt + deadline;
  return within(deadline, signal, overdue, async (limited) => {
    move({ state: "submitting" });
    const submission = await submit(job, { provider, breaker, retries, overdueAt, signal: limited });
    const answer = await answerOf(submission, (receipt) => {
      job.receipt = receipt;
      move({ state: "submitted" });
      return provider.wait(job, limited, options.onProgress);
    });
    job.settledAt = Date.now();
    move({ state: "settled", answer });
    return answer;
  });
}

const answerOf = (
  submission: Submission,
  wait: (receipt: Receipt | undefined) => Promise<Answer>,
): Answer | Promise<Answer> => (submission.state === "settled" ? submission.answer : wait(submission.receipt));

/** A batch with no picture at all is an error; one that lacks some is not. */
function withPictures(answer: Answer, requestId: string | undefined): Answer {
  if (answer.pictures.length > 0) return answer;
  throw (
    answer.errors[0] ??
    new FluxError("FLUX_PROVIDER", `The service settled ${named(requestId)} without a picture and without a reason.`, {
      requestId,
      billed: "unknown",
    })
  );
}

const inSeconds = (milliseconds: number): string => `${Math.round(milliseconds / 1000)} s`;

const named = (requestId: string | undefined): string => (requestId === undefined ? "the job" : `job ${requestId}`);

const timedOut = (requestId: string | undefined, deadline: number, afterwards: string): FluxError =>
  new FluxError(
    "FLUX_TIMEOUT",
    `No result within ${inSeconds(deadline)}. The service may still finish ${named(requestId)} and bill it; it was not sent again.${afterwards === "" ? "" : ` ${afterwards}`}`,
    { requestId, billed: "unknown" },
  );

const uploadOverdue = (deadline: number): FluxError =>
  new FluxError(
    "FLUX_TIMEOUT",
    `The input pictures could not be uploaded within ${inSeconds(deadline)}. The request was not sent and nothing is paid.`,
    { retryable: true },
  );
