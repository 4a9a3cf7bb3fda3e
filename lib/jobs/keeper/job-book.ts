import { PassingMap } from "../../passing";
import { isLimited } from "../budget/limits";
import type { Job, Outcome } from "../job";
import { type ClosedJob, ClosedJobs, keyOf } from "./closed-jobs";
import { type KeptJob, keptJob } from "./kept-job";
import { RecentJobs } from "./recent-jobs";
import { outcomeFrom, type SavedOutcome, savedRecord } from "./saved";

/** The jobs that are in hand, and those that ended a while ago: found by id and by idempotency key. */
export class JobBook {
  readonly #open = new PassingMap<string, KeptJob>();
  readonly #byKey = new PassingMap<string, KeptJob>();
  readonly #closed = new ClosedJobs();
  readonly #aside = new Set<string>();
  readonly #changed: () => void;
  /** Those that ended last, for somebody who looks. */
  readonly recent = new RecentJobs();

  /** @param changed told when a job comes into hand, or ends. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** In the order in which they were accepted. */
  get open(): IterableIterator<KeptJob> {
    return this.#open.values();
  }

  /** Tells of a job whether what the journal has of it is still needed, as of now. */
  neededNow(): (id: string) => boolean {
    const needed = new Set(this.#aside);
    for (const { job } of this.open) needed.add(job.id);
    return (id) => needed.has(id);
  }

  /** A job that nobody runs any more, and that is kept for a person to look at. */
  addAside(id: string): void {
    this.#open.delete(id);
    this.#aside.add(id);
    this.#changed();
  }

  take(kept: KeptJob): void {
    const { id, nodeId, idempotencyKey } = kept.job;
    this.#open.set(id, kept);
    // One that was resumed by hand.
    this.#aside.delete(id);
    this.#changed();
    if (idempotencyKey !== undefined) this.#byKey.set(keyOf(nodeId, idempotencyKey), kept);
  }

  /** A job that had ended before the process started. */
  addClosed(closed: ClosedJob): void {
    this.#closed.add(closed);
    this.recent.add(reopened(closed));
  }

  /** A job that has ended and of which nothing is kept but that somebody may look at it. */
  show(kept: KeptJob): void {
    this.recent.add(kept);
    this.#changed();
  }

  /** Takes a job out of hand. */
  drop(kept: KeptJob): void {
    const { id, nodeId, idempotencyKey } = kept.job;
    // Another job of that id may have been taken in since: one that is looked for once more.
    if (this.#open.get(id) === kept) this.#open.delete(id);
    this.#changed();
    if (idempotencyKey === undefined) return;
    const key = keyOf(nodeId, idempotencyKey);
    if (this.#byKey.get(key) === kept) this.#byKey.delete(key);
  }

  /**
   * Takes a job with an outcome out of hand and keeps its record.
   * @returns undefined when there is nothing to be kept.
   */
  close(kept: KeptJob): ReturnType<typeof savedRecord> | undefined {
    this.drop(kept);
    if (kept.outcome) this.show(kept);
    if (!kept.outcome || kept.isVoid || wasSoughtInVain(kept)) return undefined;
    // What nobody limits need not be counted after a restart: the record then goes when it has served its time.
    const spent = kept.context && isLimited(kept.context.service.budget) ? kept.reservation : undefined;
    const record = savedRecord(kept.job, kept.outcome, spent);
    this.#closed.add({ id: kept.job.id, at: kept.closedAt ?? Date.now(), record });
    return record;
  }

  /** By our id, or by the one under which the service knows the job. One that had ended is to be taken again. */
  find(id: string): KeptJob | undefined {
    const open = this.#open.get(id) ?? [...this.#open.values()].find(({ job }) => isNamed(job, id));
    if (open) return wasSoughtInVain(open) ? undefined : open;
    const closed = this.#closed.find(id);
    return closed && reopened(closed);
  }

  findByKey(nodeId: string, key: string): KeptJob | undefined {
    const open = this.#byKey.get(keyOf(nodeId, key));
    // Its error may be on its way to a Catch node that sends the message again at once.
    if (open && !(open.outcome && mayBeTriedAgain(open.outcome))) return open;
    const closed = this.#closed.findByKey(nodeId, key);
    return closed && !mayBeTriedAgain(closed.record.outcome) ? reopened(closed) : undefined;
  }
}

/** One that was not sent from here, and not found either: nothing is known of it, not even which model or service it is of. */
const wasSoughtInVain = ({ job, outcome }: KeptJob): boolean =>
  job.isAdopted === true && job.attempts === 0 && outcome !== undefined && "error" in outcome;

/** What was refused and cost nothing may be tried again with its key. */
const mayBeTriedAgain = (outcome: Outcome | SavedOutcome): boolean =>
  "error" in outcome && outcome.error.cause.billed === "no";

/** Whether an id names the job: ours, or the one under which the service knows it. */
export const isNamed = ({ id, receipt }: Pick<Job, "id" | "receipt">, name: string): boolean =>
  id === name || receipt?.requestId === name;

/** A job that had ended, for messages that came later. */
export function reopened({ id, at, record }: ClosedJob): KeptJob {
  const outcome = outcomeFrom(record.outcome);
  const kept = keptJob({ ...record.job, id, attachments: [], phase: { state: "settled", outcome } });
  return { ...kept, outcome, isReopened: true, closedAt: at, ...(record.spent && { reservation: record.spent }) };
}
