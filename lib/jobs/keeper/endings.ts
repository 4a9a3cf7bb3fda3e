import { dropped } from "./errors";
import type { JobBook } from "./job-book";
import { dropClaim, type KeptJob, PARKED } from "./kept-job";
import type { Reservations } from "./reservations";
import type { Runner } from "./runner";
import { savedRecord } from "./saved";
import type { Writer } from "./writer";

const DELETED = "because its node was deleted";

/** What the endings need of the keeper. */
export interface EndingsOptions {
  book: JobBook;
  runner: Runner;
  reservations: Reservations;
  writer: Writer;
  warn: (text: string) => void;
}

/** How jobs end whose nodes do not come back. */
export class Endings {
  readonly #options: EndingsOptions;

  constructor(options: EndingsOptions) {
    this.#options = options;
  }

  /** Nodes are gone for good: what can be cancelled is, and the log says what became of it. Never rejects. */
  async drop(kept: KeptJob, nodeIds: readonly string[]): Promise<void> {
    const { book, runner, writer } = this.#options;
    const { job, context, outcome, claims } = kept;
    const gone = claims.filter(({ nodeId }) => nodeIds.includes(nodeId));
    for (const claim of gone) dropClaim(kept, claim);
    if (claims.length > 0) {
      for (const { id } of gone) void writer.note(job, "delivered", { claim: id });
      return;
    }
    book.drop(kept);
    // Its run lets go of the account, whose connections the cancelling still needs.
    const letGo = context?.hold();
    kept.abort.abort(PARKED);
    this.#settleBudget(kept);
    if (job.phase.state === "waiting") {
      this.#tell(kept, `Job ${job.id} was dropped ${DELETED}; nothing was sent for it.`);
    } else if (outcome) {
      this.#tell(kept, `The result of job ${job.id} was not delivered ${DELETED}; msg.resume with this id gets it.`);
    } else if (context) {
      await runner.cancel(job, context, DELETED);
    } else {
      this.#tell(kept, `Nobody waits for job ${job.id} any more ${DELETED}; it may be finished and billed.`);
    }
    letGo?.().catch(() => {});
    const ending = outcome ?? { error: dropped(DELETED, "unknown") };
    book.show({ ...kept, outcome: ending });
    await writer.noteClosed(job, savedRecord(job, ending, kept.reservation));
  }

  /** The node did not come back for as long as its jobs are kept. The journal keeps the job, but nobody runs it. */
  async setAside(kept: KeptJob): Promise<void> {
    const { book, writer } = this.#options;
    const { job, absence } = kept;
    const days = Math.floor(job.keeping.absent / 86_400_000);
    const name = job.receipt?.requestId ?? job.id;
    book.drop(kept);
    book.addAside(job.id);
    kept.abort.abort(PARKED);
    this.#settleBudget(kept);
    const sent = job.phase.state === "waiting" ? "nothing was sent for it" : `msg.resume with ${name} gets its result`;
    this.#tell(
      kept,
      `Job ${job.id} was set aside: its node ${job.nodeId} has been missing from the flows for ${days} days; ${sent}.`,
    );
    await writer.note(job, "aside", { since: absence.since });
  }

  /** What was not sent costs nothing; of the rest nobody will hear what it did cost. */
  #settleBudget(kept: KeptJob): void {
    const { job, outcome } = kept;
    if (outcome) return;
    const wasSent = job.phase.state !== "waiting";
    this.#options.reservations.settle(kept, { error: dropped(DELETED, wasSent ? "unknown" : "no") });
  }

  #tell({ context }: KeptJob, text: string): void {
    if (context) context.warn(text);
    else this.#options.warn(text);
  }
}
