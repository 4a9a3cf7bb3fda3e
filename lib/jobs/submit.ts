import { underSignals } from "../abort";
import { FluxError } from "../errors";
import type { FluxRequest } from "../models/request";
import { pause } from "../pause";
import type { Found, Provider, Submission, Task } from "../providers/provider";
import type { Signal } from "../signal";
import { backoff } from "./backoff";
import type { Breaker } from "./breaker";
import { firstSentence } from "./first-sentence";
import type { Gate } from "./gate";
import { type Job, knownAs } from "./job";
import { within } from "./within";

/** What a submit needs beside the job. */
export interface SubmitContext {
  provider: Provider;
  breaker: Breaker;
  /** Passed by everything that is sent again. The job has passed it once when it comes here: that may take long. */
  gate: Gate;
  /** Repetitions after the first try. */
  retries: number;
  /** When the job is overdue, ms since 1970: no pause goes beyond it. */
  overdueAt: number;
  signal: Signal;
  /** The process ended after the job was announced as sent: whether it was, nobody here can tell. */
  mayHaveBeenSent?: boolean;
  /** False: the account is not the one any more that the job was accepted for. What may have been sent stays unsent. */
  mayResend?: boolean;
  /** Whether a lost answer is worth paying twice, where the service cannot tell a repetition from a new job. */
  repeatLost?: boolean;
  /** The request as it leaves now; the job's own when not given. */
  asSent?: (() => Promise<FluxRequest>) | undefined;
  /**
   * Awaited before every paid request, if it gives something to wait for; told which one it is, and whether an earlier
   * one may have arrived.
   */
  onSending?: (attempt: number, mayHaveBeenSent: boolean) => Promise<void> | undefined;
}

/**
 * "held": the breaker is open, or the process ended, so that nothing was sent now. "stopped": nothing may be sent,
 * because it could not be announced.
 */
type Sent = Submission | { state: "failed" | "held" | "stopped"; error: FluxError };

/**
 * Gets the paid request to the service, once. After a lost answer the service is asked whether it knows the job before
 * anything is sent again, and what is sent again carries the same id.
 *
 * @throws FluxError the refusal; FLUX_OUTCOME_UNKNOWN when the service may have the job and cannot be made to say so.
 */
export async function submit(job: Job, context: SubmitContext): Promise<Submission> {
  const { provider, breaker, gate, retries, overdueAt, signal, mayResend = true } = context;
  const isNamedByUs = provider.resendWindow > 0;
  const pays = !isNamedByUs && (context.repeatLost ?? false);
  const outcomeUnknown = (error: FluxError) => unknownOutcome(job, error, provider, pays);
  let doubtful = false;
  // What another process has paid for counts where every repetition may be paid for.
  let repetition = context.mayHaveBeenSent && !isNamedByUs ? Math.max(0, job.attempts - 1) : 0;
  let sent = context.mayHaveBeenSent
    ? interrupted(provider)
    : await send(job, context, false, { at: overdueAt, late: () => unsigned(provider) });
  for (;;) {
    if (sent.state === "accepted" || sent.state === "settled") return sent;
    const { error } = sent;
    if (sent.state !== "stopped" && error.cause.billed === "unknown") {
      doubtful = true;
      const found = isNamedByUs ? await ask(job, error, context) : undefined;
      if (found?.state === "accepted" || found?.state === "settled") {
        breaker.succeeded();
        return found;
      }
      // Nobody could be asked, or nobody there knows our ids: sending again would be paying blind.
      if (!mayResend || (!found && !(pays && mayPass(error)))) throw outcomeUnknown(error);
    }
    const giveUp = () => (doubtful ? outcomeUnknown(error) : error);
    if (sent.state === "stopped") throw giveUp();
    if (!error.cause.retryable && error.cause.billed !== "unknown") throw giveUp();
    if (sent.state === "failed" && repetition >= retries) throw giveUp();
    const again = Date.now() + backoff(repetition, error.retryAfter);
    // Sending again after the window could pay twice; waiting beyond the deadline would only hide the reason.
    const lastMoment =
      doubtful && isNamedByUs ? Math.min(overdueAt, (job.submittedAt ?? 0) + provider.resendWindow) : overdueAt;
    if (Math.max(again, gate.openAt) >= lastMoment) throw giveUp();
    await pause(again - Date.now(), signal);
    // A moment earlier than the deadline, after which it would be taken for a job that the service has.
    await within(lastMoment - Date.now() - 10, signal, giveUp, (limited) => gate.enter(limited));
    if (Date.now() >= lastMoment) throw giveUp();
    if (sent.state === "failed") repetition += 1;
    sent = await send(job, context, doubtful, { at: lastMoment, late: () => error });
  }
}

/** What stands for the answer that a process which ended did not hear. Where our id is known, it costs no repetition. */
const interrupted = ({ name, resendWindow }: Provider): Sent => ({
  state: resendWindow > 0 ? "held" : "failed",
  error: new FluxError("FLUX_NETWORK", "Node-RED ended before the answer of the service came.", {
    provider: name,
    retryable: true,
    billed: "unknown",
  }),
});

const unsigned = ({ name }: Provider): FluxError =>
  new FluxError(
    "FLUX_TIMEOUT",
    "The address that the picture is to be written to could not be signed before the job's deadline. Nothing was sent.",
    { provider: name, retryable: true },
  );

const leftAlone = ({ name }: Provider, milliseconds: number): FluxError =>
  new FluxError(
    "FLUX_RATE_LIMIT",
    `The service asked to be left alone for another ${Math.ceil(milliseconds / 1000)} s. Nothing was sent.`,
    { provider: name, retryable: true, opensAt: new Date(Date.now() + milliseconds).toISOString() },
    milliseconds,
    "service",
  );

/** What answers at a wrong address would do so again. */
const mayPass = ({ code }: FluxError): boolean => code !== "FLUX_CONFIG";

/** Until when what is sent must be signed, in ms since 1970, and what there is to say when it is not. */
interface LastMoment {
  at: number;
  late: () => FluxError;
}

/** The job with what stands for it at the service now. */
async function signed(
  job: Job,
  asSent: () => Promise<FluxRequest>,
  { at, late }: LastMoment,
  signal: Signal,
): Promise<Task> {
  // Signing may take its time: keys may have to be asked for. A moment earlier than the deadline, as below.
  const sign = (limited: Signal) => underSignals([limited], asSent);
  return { ...job, request: await within(at - Date.now() - 10, signal, late, sign) };
}

async function send(job: Job, context: SubmitContext, doubtful: boolean, lastMoment: LastMoment): Promise<Sent> {
  const { provider, breaker, gate, signal, asSent, onSending } = context;
  let leave: () => void;
  try {
    const entering = breaker.enter(signal, provider.tasksPerRequest);
    leave = entering instanceof Promise ? await entering : entering;
  } catch (error) {
    if (signal.aborted || !(error instanceof FluxError)) throw error;
    return { state: "held", error };
  }
  const sentAt = breaker.now();
  try {
    // It has passed the gate, but perhaps before the gate was closed.
    if (gate.closedFor > 0) return { state: "held", error: leftAlone(provider, gate.closedFor) };
    let task: Task = job;
    try {
      if (asSent) task = await signed(job, asSent, lastMoment, signal);
      const announced = onSending?.(job.attempts + 1, doubtful);
      if (announced) await announced;
    } catch (error) {
      if (signal.aborted || !(error instanceof FluxError)) throw error;
      return { state: "stopped", error };
    }
    if (signal.aborted) throw signal.reason;
    job.attempts += 1;
    const submission = await answerOf(job, task, provider, signal);
    breaker.succeeded();
    return submission;
  } catch (error) {
    if (signal.aborted || !(error instanceof FluxError)) throw error;
    if (error.retryAfter !== undefined) gate.pause(error.retryAfter);
    breaker.failed(job.id, error, sentAt);
    return { state: "failed", error };
  } finally {
    leave();
  }
}

/** How long the answer to a submit is heard out although nobody waits for the job any more, in ms. */
const HEARD_OUT = 30_000;

/**
 * Submits. Where only the answer tells the job's id, the exchange is not broken off when `signal` aborts: the service may
 * have the job by then, and without its id it could neither be cancelled nor looked up.
 */
function answerOf(job: Job, task: Task, provider: Provider, signal: Signal): Promise<Submission> {
  const isNamedByUs = provider.resendWindow > 0;
  // Breaking off a request that is waited for is the only way to stop its job.
  if (isNamedByUs || job.delivery === "sync") return provider.submit(task, signal);
  const hearing = new AbortController();
  if (signal.aborted) hearing.abort(signal.reason);
  const answer = provider.submit(task, hearing.signal);
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

/**
 * Asks the service for the job; undefined when it could not be asked at all. After a start of the process the network may
 * take its time to come up: the questions then go on until the deadline.
 */
async function ask(job: Job, failure: FluxError, context: SubmitContext): Promise<Found | undefined> {
  const { provider, retries, overdueAt, signal, mayHaveBeenSent } = context;
  const most = mayHaveBeenSent ? Number.POSITIVE_INFINITY : retries + 1;
  let wait = backoff(0, failure.retryAfter);
  for (let attempt = 1; attempt <= most; attempt += 1) {
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

/** @param pays whether the account repeats lost answers although each of them may be paid for. */
function unknownOutcome(job: Job, failure: FluxError, provider: Provider, pays: boolean): FluxError {
  // Only what happened: what the failure advises, such as trying again, would be wrong here.
  const happened = firstSentence(failure.message);
  const requestId = failure.cause.requestId ?? knownAs(job, provider);
  const lookUp =
    requestId === undefined
      ? `the service gave no id for it, so look for a request of ${job.model} sent at ${new Date(job.submittedAt ?? job.acceptedAt).toISOString()} in the list of your requests there`
      : `look up job ${requestId} at the service`;
  const repeated = pays && job.attempts > 1;
  const times = repeated ? ` ${job.attempts} times, because the account repeats lost answers` : "";
  const paid = repeated ? "Each of them may have been paid for" : "It may have been paid for";
  return new FluxError(
    "FLUX_OUTCOME_UNKNOWN",
    `The request was sent${times}, but what became of it is unknown: ${happened} ${paid}; ${lookUp} before you send it again.`,
    { ...failure.cause, requestId, retryable: false, billed: "unknown" },
  );
}
