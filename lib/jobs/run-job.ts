import { FluxError } from "../errors";
import type { FluxRequest } from "../models/request";
import type { Answer, Found, Progress } from "../providers/provider";
import type { Signal } from "../signal";
import type { ValueOrPromise } from "../value-or-promise";
import { repeated } from "./backoff";
import { type Job, knownAs } from "./job";
import type { Release } from "./limit";
import type { Service } from "./service";
import { submit } from "./submit";
import { startTimer, within } from "./within";

/** What is told of a job while it runs. */
export interface JobSteps {
  /** The request as it leaves now, where it is another than the job's own; asked for before every submit. */
  readonly asSent: (() => Promise<FluxRequest>) | undefined;
  /** Told before the paid request leaves, each time; it leaves once the promise is resolved, if there is one. */
  onSending: (attempt: number, mayHaveBeenSent: boolean) => Promise<void> | undefined;
  /** Told that the service took the job; it is waited for once the promise is resolved. */
  onAccepted: () => Promise<void>;
  onProgress: (progress: Progress) => void;
  /** The deadline has passed: aborts the signal of the run with this reason. */
  expire: (reason: Overdue) => void;
}

/** How one job is to be run. */
export interface RunOptions {
  service: Service;
  /** A place among the running jobs; asked for before anything else is awaited, so that jobs start in their order. */
  turn: ValueOrPromise<Release>;
  /** Ms from submit to FLUX_TIMEOUT, in wall-clock time. */
  deadline: number;
  retries: number;
  /** Whether the account is still the one that the job was accepted for: otherwise it is only asked for. */
  mayResend: boolean;
  /** The author prefers paying again to an unknown outcome. */
  repeatLost: boolean;
  signal: Signal;
  steps: JobSteps;
}

/** The deadline of a submitted job has passed: its result may still come. */
export class Overdue extends Error {
  readonly error: FluxError;

  constructor(error: FluxError) {
    super(error.message);
    this.error = error;
  }
}

/**
 * Takes a job from where it stands to its answer: waits for its turn, uploads its pictures, submits, waits for the
 * result. A job that was found in the journal is first asked for, and sent again only under the same id.
 *
 * @returns the answer; it has at least one picture.
 * @throws FluxError of any code; Overdue; the signal's reason when aborted.
 */
export async function runJob(job: Job, options: RunOptions): Promise<Answer> {
  const { service, signal, turn } = options;
  const release = turn instanceof Promise ? await turn : turn;
  let timer: NodeJS.Timeout | undefined;
  try {
    if (job.phase.state === "waiting") {
      if (job.attachments.length > 0) job.request = await uploaded(job, options);
      // Waiting for its turn, which may last, is no part of the deadline.
      if (!service.gate.passes(signal)) await service.gate.enter(signal);
    }
    const standing = standingOf(job, options.deadline);
    timer = startTimer(standing.left, () => options.steps.expire(overdue(job, options)));
    const answer =
      (await submitted(job, options, standing)) ?? (await service.provider.wait(job, signal, options.steps.onProgress));
    return withPictures(answer, knownAs(job, service.provider));
  } finally {
    clearTimeout(timer);
    release();
  }
}

/** The request with what stands for its pictures at the service. */
function uploaded(job: Job, { service, deadline, retries, signal }: RunOptions): Promise<FluxRequest> {
  const overdueAt = Date.now() + deadline;
  return within(
    deadline,
    signal,
    () => uploadOverdue(deadline),
    (limited) => repeated(() => service.provider.prepare(job, limited), retries, limited, overdueAt),
  );
}

/** A job whose deadline passed while nobody looked is asked for once more, this long at most, in ms. */
const LAST_LOOK = 15_000;

/** Where a job stands before it is submitted or asked for. */
interface Standing {
  overdueAt: number;
  /** Its deadline passed while nobody looked. */
  isPast: boolean;
  /** Ms until nobody waits for it any more. */
  left: number;
}

function standingOf(job: Job, deadline: number): Standing {
  const submittedAt = job.submittedAt ?? Date.now();
  job.submittedAt = submittedAt;
  const overdueAt = submittedAt + deadline;
  const isPast = Date.now() >= overdueAt;
  return { overdueAt, isPast, left: isPast ? LAST_LOOK : overdueAt - Date.now() };
}

/**
 * Sees to it that the service has the job. Apart from the waiting, which takes long, so that nothing of this is kept for
 * that time.
 *
 * @returns its answer, where that is there already.
 */
async function submitted(job: Job, options: RunOptions, { overdueAt, isPast }: Standing): Promise<Answer | undefined> {
  const { service, signal, steps } = options;
  const { provider } = service;
  if (job.phase.state !== "submitted") {
    const submission = await submit(job, {
      provider,
      breaker: service.breaker,
      gate: service.gate,
      retries: options.retries,
      // One that may have been sent is asked for even after its deadline, but never sent again then.
      overdueAt: isPast ? Date.now() + LAST_LOOK : overdueAt,
      signal,
      mayHaveBeenSent: job.phase.state === "submitting" && !job.isRefused,
      mayResend: options.mayResend && !isPast,
      repeatLost: options.repeatLost && !isPast,
      asSent: steps.asSent,
      onSending: (attempt, mayHaveBeenSent) => steps.onSending(attempt, mayHaveBeenSent),
    });
    if (submission.state === "settled") return submission.answer;
    if (submission.receipt) job.receipt = submission.receipt;
    await steps.onAccepted();
  }
  if (!isPast && !job.isAdopted) return undefined;
  const found = await look(job, provider, options.retries, signal).catch((error: unknown) => {
    throw isPast && error instanceof FluxError ? overdue(job, options) : error;
  });
  if (found.state === "settled") return found.answer;
  if (found.state === "unknown" && job.isAdopted) throw unknownThere(knownAs(job, provider) ?? job.id);
  if (isPast) throw overdue(job, options);
  return undefined;
}

const overdue = (job: Job, { service, deadline }: RunOptions): Overdue =>
  new Overdue(timedOut(knownAs(job, service.provider), deadline));

/** Asks what became of a job. That it cannot be asked says nothing about what the job cost. */
async function look(job: Job, provider: Service["provider"], retries: number, signal: Signal): Promise<Found> {
  try {
    return await repeated(() => provider.find(job, signal), retries, signal, Date.now() + LAST_LOOK);
  } catch (error) {
    if (!(error instanceof FluxError) || signal.aborted) throw error;
    const requestId = knownAs(job, provider);
    const text = `It is about ${named(requestId)}, which was sent before and may be billed.`;
    throw new FluxError(error.code, `${error.message} ${text}`, { ...error.cause, requestId, billed: "unknown" });
  }
}

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

const timedOut = (requestId: string | undefined, deadline: number): FluxError =>
  new FluxError(
    "FLUX_TIMEOUT",
    `No result within ${inSeconds(deadline)}. The service may still finish ${named(requestId)} and bill it; it was not sent again.`,
    { requestId, billed: "unknown" },
  );

const uploadOverdue = (deadline: number): FluxError =>
  new FluxError(
    "FLUX_TIMEOUT",
    `The input pictures could not be uploaded within ${inSeconds(deadline)}. The request was not sent and nothing is paid.`,
    { retryable: true },
  );

/** The service does not know a job that is only asked for. */
const unknownThere = (requestId: string): FluxError =>
  new FluxError(
    "FLUX_OUTCOME_UNKNOWN",
    `The service of this account does not know job ${requestId}, or not any more. Nothing was sent. If the job was paid for, its result can be had only with the account that it was made with, and only as long as the service keeps it.`,
    { requestId, billed: "unknown" },
  );
