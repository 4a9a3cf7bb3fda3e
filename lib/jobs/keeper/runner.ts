import { FluxError } from "../../errors";
import type { ValueOrPromise } from "../../value-or-promise";
import { cancelAtService } from "../cancel-at-service";
import { advance, type Job, knownAs, type Outcome } from "../job";
import { lateAnswer } from "../late";
import type { Release } from "../limit";
import { Overdue, runJob } from "../run-job";
import { asFluxError } from "../unexpected";
import { type KeptJob, PARKED } from "./kept-job";
import type { Reservations } from "./reservations";
import type { RunContext } from "./run-context";
import { endSending, RunSteps } from "./run-steps";
import { savedError, savedOutcome } from "./saved";
import type { Writer } from "./writer";

/** What the runner needs of the keeper. */
export interface RunnerOptions {
  writer: Writer;
  /** Whether one of the job's nodes is there: nothing is sent for a node that is not. */
  isWanted: (kept: KeptJob) => boolean;
  /** Told that the job has an outcome, or that its deadline passed. */
  onNews: (kept: KeptJob) => void;
  /** Told that a job which was asked for after its deadline has ended without a result. */
  onNoLateResult: (kept: KeptJob) => void;
  /** Told of whatever somebody sees who looks at a list of the jobs. */
  onChange: () => void;
  reservations: Reservations;
}

/** Runs jobs from where they stand to their outcome, each state durable before the step that it announces. */
export class Runner {
  readonly #options: RunnerOptions;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /**
   * Runs a job. Never rejects: what comes of it is the job's outcome.
   *
   * @param ready resolves once it may begin: a new job when it is durable, a found one when its pictures are back. Absent:
   * at once.
   */
  async run(
    kept: KeptJob,
    context: RunContext,
    turn: ValueOrPromise<Release>,
    ready: Promise<void> | undefined,
  ): Promise<void> {
    const { signal } = kept.abort;
    const letGo = context.hold();
    try {
      if (ready && !(await this.#isReady(kept, context, turn, ready))) return;
      const settled = this.settle(kept, { answer: await this.#answerOf(kept, context, turn) });
      if (settled) await settled;
    } catch (error) {
      if (error === PARKED || (signal.aborted && signal.reason === PARKED)) return;
      const { job } = kept;
      if (error instanceof Overdue) await this.#passDeadline(kept, context, error.error);
      else await this.settle(kept, { error: asFluxError(error, job, knownAs(job, context.service.provider)) });
    } finally {
      endSending(kept);
      // Connections that cannot be closed are no reason to end the process.
      letGo().catch(() => {});
    }
  }

  async #isReady(
    kept: KeptJob,
    { service }: RunContext,
    turn: ValueOrPromise<Release>,
    ready: Promise<void>,
  ): Promise<boolean> {
    try {
      await ready;
      return true;
    } catch (error) {
      Promise.resolve(turn).then(
        (release) => release(),
        () => {},
      );
      if (kept.job.phase.state !== "waiting" || !kept.isVoid) throw error;
      // A message that could not be written down was never accepted: its job ends here, and leaves no trace.
      service.budget.release(kept.job.id);
      kept.outcome = { error: asFluxError(error) };
      this.#options.onNews(kept);
      return false;
    }
  }

  #answerOf(kept: KeptJob, context: RunContext, turn: ValueOrPromise<Release>) {
    return runJob(kept.job, {
      service: context.service,
      turn,
      deadline: context.deadline,
      retries: context.retries,
      // What was cut is another request than the one that was sent.
      mayResend: context.isFor(kept.job.service) && !kept.isCut,
      repeatLost: context.repeatLost,
      signal: kept.abort.signal,
      steps: new RunSteps(kept, context, this.#options),
    });
  }

  /** Gives a job its outcome, durably, and tells. @returns undefined where that is done. */
  settle(kept: KeptJob, outcome: Outcome): Promise<void> | undefined {
    const { job } = kept;
    job.settledAt = Date.now();
    advance(job, { state: "settled", outcome });
    this.#options.reservations.settle(kept, outcome);
    endSending(kept);
    const noted = this.#options.writer.note(job, "settled", savedOutcome(outcome));
    if (noted) return noted.then(() => this.#tell(kept, outcome));
    this.#tell(kept, outcome);
    return undefined;
  }

  #tell(kept: KeptJob, outcome: Outcome): void {
    kept.outcome = outcome;
    this.#options.onChange();
    this.#options.onNews(kept);
  }

  async #passDeadline(kept: KeptJob, context: RunContext, error: FluxError): Promise<void> {
    const { job } = kept;
    const { provider } = context.service;
    const isFindable = knownAs(job, provider) !== undefined;
    if (!context.lateResults) {
      const afterwards = !isFindable
        ? ""
        : provider.cancel
          ? "It is being cancelled."
          : "Nobody waits for it any more.";
      await this.settle(kept, { error: withSentence(error, afterwards) });
      if (provider.cancel) await this.cancel(job, context, "because its deadline passed");
      return;
    }
    // Without an id it is tried all the same: the answer that has it may still come.
    const mayStillCome = isFindable && Date.now() < lookOutUntil(job, context);
    kept.overdue = withSentence(
      error,
      mayStillCome ? "If it comes within the next hour, its result is still delivered." : "",
    );
    this.#options.onChange();
    await this.#options.writer.note(job, "overdue", savedError(kept.overdue));
    this.#options.onNews(kept);
    await job.answering;
    if (!isFindable && job.receipt) await this.#options.writer.note(job, "submitted", { receipt: job.receipt });
    await this.#lookOut(kept, context);
  }

  /** Goes on asking for a job whose deadline has passed. Never rejects. */
  async runLate(kept: KeptJob, context: RunContext): Promise<void> {
    const letGo = context.hold();
    await this.#lookOut(kept, context);
    letGo().catch(() => {});
  }

  async #lookOut(kept: KeptJob, context: RunContext): Promise<void> {
    const { job } = kept;
    const { signal } = kept.abort;
    const pace = { every: context.latePace.every, until: lookOutUntil(job, context) };
    try {
      const answer = await lateAnswer(job, context.service.provider, pace, signal);
      if (answer) return await this.settle(kept, { answer });
    } catch (error) {
      if (signal.aborted && signal.reason === PARKED) return;
      if (!signal.aborted) context.warn(`No late result for job ${job.id}: ${asFluxError(error, job).message}`);
    }
    // Nobody knows what it did cost: the worst case stands.
    if (kept.overdue) this.#options.reservations.settle(kept, { error: kept.overdue });
    this.#options.onNoLateResult(kept);
  }

  /** Asks the service to drop a job, and says in the log what came of it. Never rejects. */
  async cancel(job: Job, context: RunContext, why: string): Promise<void> {
    const { sentence } = await cancelAtService(job, context.service.provider, why);
    if (sentence !== undefined) context.warn(sentence);
  }
}

/** Until when a job is asked for, ms since 1970: a restart in between does not make it longer. */
const lookOutUntil = ({ submittedAt, acceptedAt }: Job, { deadline, latePace }: RunContext): number =>
  (submittedAt ?? acceptedAt) + deadline + latePace.lasting;

const withSentence = (error: FluxError, sentence: string): FluxError =>
  sentence === "" ? error : new FluxError(error.code, `${error.message} ${sentence}`, error.cause);
