import type { Job } from "../job";
import { type ClosedJob, ClosedJobs, keyOf } from "./closed-jobs";
import { type KeptJob, keptJob } from "./kept-job";
import { outcomeFrom, savedRecord } from "./saved";

/** The jobs that are in hand, and those that ended a while ago: found by id and by idempotency key. */
export class JobBook {
  readonly #open = new Map<string, KeptJob>();
  readonly #byKey = new Map<string, KeptJob>();
  readonly #closed = new ClosedJobs();
  readonly #aside = new Set<string>();

  /** In the order in which they were accepted. */
  get open(): IterableIterator<KeptJob> {
    return this.#open.values();
  }

  /** Whether what the journal has of a job is still needed. */
  needs(id: string): boolean {
    return this.#open.has(id) || this.#aside.has(id);
  }

  /** A job that nobody runs any more, and that is kept for a person to look at. */
  addAside(id: string): void {
    this.#open.delete(id);
    this.#aside.add(id);
  }

  take(kept: KeptJob): void {
    const { id, nodeId, idempotencyKey } = kept.job;
    this.#open.set(id, kept);
    if (idempotencyKey !== undefined) this.#byKey.set(keyOf(nodeId, idempotencyKey), kept);
  }

  addClosed(closed: ClosedJob): void {
    this.#closed.add(closed);
  }

  /** Takes a job out of hand. */
  drop(kept: KeptJob): void {
    const { id, nodeId, idempotencyKey } = kept.job;
    this.#open.delete(id);
    if (idempotencyKey === undefined) return;
    const key = keyOf(nodeId, idempotencyKey);
    if (this.#byKey.get(key) === kept) this.#byKey.delete(key);
  }

  /** Takes a job with an outcome out of hand and keeps its record. */
  close(kept: KeptJob): ReturnType<typeof savedRecord> | undefined {
    this.drop(kept);
    if (!kept.outcome || kept.isVoid) return undefined;
    const record = savedRecord(kept.job, kept.outcome, kept.reservation);
    this.#closed.add({ id: kept.job.id, at: Date.now(), record });
    return record;
  }

  /** By our id, or by the one under which the service knows the job. One that had ended is to be taken again. */
  find(id: string): KeptJob | undefined {
    const open = this.#open.get(id) ?? [...this.#open.values()].find(({ job }) => isNamed(job, id));
    const closed = open ? undefined : this.#closed.find(id);
    return closed ? reopened(closed) : open;
  }

  findByKey(nodeId: string, key: string): KeptJob | undefined {
    const open = this.#byKey.get(keyOf(nodeId, key));
    if (open) return open;
    const closed = this.#closed.findByKey(nodeId, key);
    // What was refused and cost nothing may be tried again with its key.
    const mayBeTriedAgain =
      closed && "error" in closed.record.outcome && closed.record.outcome.error.cause.billed === "no";
    return closed && !mayBeTriedAgain ? reopened(closed) : undefined;
  }
}

/** Whether an id names the job: ours, or the one under which the service knows it. */
export const isNamed = ({ id, receipt }: Pick<Job, "id" | "receipt">, name: string): boolean =>
  id === name || receipt?.requestId === name;

/** A job that had ended, for messages that came later. */
export function reopened({ id, record }: ClosedJob): KeptJob {
  const outcome = outcomeFrom(record.outcome);
  const kept = keptJob({ ...record.job, id, attachments: [], phase: { state: "settled", outcome } });
  return { ...kept, outcome, isReopened: true, ...(record.spent && { reservation: record.spent }) };
}
