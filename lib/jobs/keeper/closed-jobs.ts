import { RecentMap } from "../../recent-map";
import type { JournalEntry } from "../journal/journal";
import type { SavedRecord } from "./saved";

/** A record of a job whose messages have all had its result. */
export interface ClosedJob {
  readonly id: string;
  readonly at: number;
  readonly record: SavedRecord;
}

/** Records without an idempotency key are for `msg.resume` only, which can ask the service as well. */
const MOST_WITHOUT_KEY = 1000;

/** How often those are taken out that have served their time, in ms: until then they are not found any more. */
const SWEEP = 60_000;

/** What a budget counts goes back this far, in ms. */
const BUDGET_REACH = 24 * 3_600_000;

/** The jobs that ended a while ago: they serve repeated triggers and `msg.resume`. */
export class ClosedJobs {
  /** Those with a key. */
  readonly #byId = new Map<string, ClosedJob>();
  readonly #byKey = new Map<string, ClosedJob>();
  readonly #withoutKey = new RecentMap<string, ClosedJob>(MOST_WITHOUT_KEY);
  #sweptAt = Date.now();

  add(closed: ClosedJob): void {
    const { nodeId, idempotencyKey } = closed.record.job;
    this.#byId.delete(closed.id);
    if (idempotencyKey === undefined) {
      this.#withoutKey.set(closed.id, closed);
      return;
    }
    this.#byId.set(closed.id, closed);
    this.#byKey.set(keyOf(nodeId, idempotencyKey), closed);
    this.#sweep();
  }

  #sweep(): void {
    const now = Date.now();
    if (Math.abs(now - this.#sweptAt) < SWEEP) return;
    this.#sweptAt = now;
    for (const oldest of this.#byId.values()) {
      if (isFresh(oldest)) break;
      this.#remove(oldest);
    }
  }

  /** By our id, or by the one under which the service knows the job. */
  find(id: string): ClosedJob | undefined {
    const found =
      this.#byId.get(id) ??
      this.#withoutKey.get(id) ??
      [...this.#byId.values(), ...this.#withoutKey.values()].find(({ record }) => record.job.receipt?.requestId === id);
    return found && isFresh(found) ? found : undefined;
  }

  findByKey(nodeId: string, key: string): ClosedJob | undefined {
    const found = this.#byKey.get(keyOf(nodeId, key));
    return found && isFresh(found) ? found : undefined;
  }

  #remove(closed: ClosedJob): void {
    // One of that id may have been added since.
    if (this.#byId.get(closed.id) !== closed) return;
    const { nodeId, idempotencyKey } = closed.record.job;
    this.#byId.delete(closed.id);
    if (idempotencyKey === undefined) return;
    const key = keyOf(nodeId, idempotencyKey);
    if (this.#byKey.get(key) === closed) this.#byKey.delete(key);
  }
}

/** Nothing that a node id or a key may hold. */
export const keyOf = (nodeId: string, key: string): string => JSON.stringify([nodeId, key]);

const isFresh = ({ at, record }: ClosedJob): boolean => at + record.job.keeping.results > Date.now();

/** How long the record of a job is needed for after it was closed, in ms. */
export const recordLasts = ({ job, spent }: SavedRecord): number =>
  Math.max(job.keeping.results, spent ? BUDGET_REACH : 0);

/** Whether the entry of a closed job is still needed. One that does not say for how long is asked. */
export const isRecordKept = (entry: JournalEntry): boolean =>
  entry.at + (entry.lasts ?? recordLasts(entry.data as SavedRecord)) > Date.now();
