import { v4 as uuid } from "uuid";
import type { FluxRequest } from "../../models/request";
import type { ValueOrPromise } from "../../value-or-promise";
import type { Job } from "../job";
import type { Release } from "../limit";
import { asFluxError } from "../unexpected";
import type { Claim } from "./claim";
import { otherRequest } from "./errors";
import type { JobBook } from "./job-book";
import { type KeptJob, keptJob } from "./kept-job";
import type { Reservations } from "./reservations";
import { reviveIfGivenUp } from "./revive";
import type { RunContext } from "./run-context";
import type { Runner } from "./runner";
import type { Runs } from "./runs";
import { savedJob } from "./saved";
import type { Writer } from "./writer";

/** What a new job takes of its account's budget. */
export interface Spending {
  shape: string;
  pictures: number;
}

/** What taking jobs in needs of the keeper. */
interface IntakeOptions {
  book: JobBook;
  reservations: Reservations;
  writer: Writer;
  runner: Runner;
  runs: Runs;
}

/** Takes messages in: each becomes a claim on a job, a new one or one that is known. */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /**
   * Accepts a message's job and runs it; a repeated idempotency key joins the job that has it. Whether there is room
   * is decided in this call. The keeper must be ready.
   *
   * @throws FluxError FLUX_BUSY, FLUX_QUOTA; FLUX_VALIDATION when the key is that of another request.
   */
  accept(job: Job, message: object, context: RunContext, { shape, pictures }: Spending): Claim {
    const { book, reservations } = this.#options;
    const earlier = job.idempotencyKey === undefined ? undefined : book.findByKey(job.nodeId, job.idempotencyKey);
    if (earlier) {
      if (earlier.job.hash !== job.hash) throw otherRequest(earlier.job);
      // A record, of which nobody waits, does not keep what was asked for.
      if (earlier.claims.length === 0) earlier.job.request = askedAgain(earlier.job, job);
      return this.#join(earlier, job.nodeId, message);
    }
    const { budget, limit } = context.service;
    const kept = keptJob(job);
    reservations.restore(context);
    try {
      kept.reservation = budget.reserve(job.id, { shape, pictures, at: job.acceptedAt });
      return this.#begin(kept, message, context, limit.enter(kept.abort.signal));
    } catch (error) {
      budget.release(job.id);
      book.show({ ...kept, outcome: { error: asFluxError(error) } });
      throw error;
    }
  }

  /**
   * Gets the result of a job that was paid for before.
   * @param job used when nothing is known of it here.
   * @param check throws when the known job's result is not for this node.
   */
  resume(job: Job, message: object, context: RunContext, check: (known: Job) => void): Claim {
    const { book } = this.#options;
    const known = book.find(job.id) ?? book.find(job.receipt?.requestId ?? job.id);
    if (known) {
      check(known.job);
      return this.#join(known, job.nodeId, message);
    }
    // It runs at the service already, if anywhere: it takes nobody's place.
    return this.#begin(keptJob(job), message, context, () => {});
  }

  #begin(kept: KeptJob, message: object, context: RunContext, turn: ValueOrPromise<Release>): Claim {
    const { book, runner, runs } = this.#options;
    const { job } = kept;
    kept.context = context;
    // Its first message may have its id: they are told apart within a job only.
    const claim = addClaim(kept, job.id, job.nodeId, message);
    book.take(kept);
    const written = job.isJournalled ? this.#write(kept, claim.id, message) : undefined;
    runs.follow(kept, () => runner.run(kept, context, turn, written));
    return claim;
  }

  /** Makes a new job durable. */
  async #write(kept: KeptJob, claimId: string, message: object): Promise<void> {
    const { job, reservation } = kept;
    const saved = savedJob(job, { id: claimId, nodeId: job.nodeId, message }, reservation);
    try {
      await this.#options.writer.require(job, "waiting", saved, true);
    } catch (error) {
      kept.isVoid = true;
      throw error;
    }
  }

  #join(kept: KeptJob, nodeId: string, message: object): Claim {
    const { book, writer } = this.#options;
    reviveIfGivenUp(kept);
    book.take(kept);
    const claim = addClaim(kept, uuid(), nodeId, message);
    claim.joined = writer.require(kept.job, "joined", { claim: { id: claim.id, nodeId, message } });
    // Handled where the claim's result is asked for.
    claim.joined?.catch(() => {});
    return claim;
  }
}

function addClaim(kept: KeptJob, id: string, nodeId: string, message: object): Claim {
  const claim: Claim = {
    id,
    kept,
    nodeId,
    message,
    isRecovered: false,
    dropped: [],
    isRepeat: kept.outcome !== undefined,
    isTold: false,
    isHandled: true,
  };
  kept.claims.push(claim);
  return claim;
}

/** A request as it was asked again, but with the place that the picture did go to. */
function askedAgain({ request: earlier }: Job, { request }: Job): FluxRequest {
  const { uploadEndpoint, ...rest } = request;
  return { ...rest, ...(earlier.uploadEndpoint !== undefined && { uploadEndpoint: earlier.uploadEndpoint }) };
}
