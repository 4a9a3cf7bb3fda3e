import { isDeepStrictEqual } from "node:util";
import type { KeptJob } from "./kept-job";

/** The flows that run, as far as jobs are concerned. */
export interface PresentFlows {
  /** The flow file, or project, that is active. */
  home: string;
  /** Whether they were changed by a deploy; otherwise they were started, or another project was opened. */
  isDeploy: boolean;
  /** Whether a node is in them, disabled ones included. */
  has: (nodeId: string) => boolean;
}

export interface AbsencesOptions {
  /** Makes durable since when a job's node is away. */
  note: (kept: KeptJob) => Promise<void> | undefined;
  /** The grace period of deleted nodes is over. */
  drop: (kept: KeptJob, nodeIds: readonly string[]) => Promise<void>;
  /** The node did not come back for as long as its jobs are kept. */
  setAside: (kept: KeptJob) => Promise<void>;
}

/** How often it is looked whether a job has waited for its node long enough, in ms. */
const LOOK_EVERY = 3_600_000;

/**
 * Decides what becomes of jobs whose nodes are not in the flows. A node that a deploy deleted is given up after a grace
 * period, in which the deletion may be taken back; one that is missing for another reason is waited for much longer, and
 * only the time counts in which its own flow file is the active one.
 */
export class Absences {
  readonly #options: AbsencesOptions;
  /** Jobs that wait for a node which is missing. */
  readonly #waiting = new Set<KeptJob>();
  #flows: PresentFlows | undefined;
  #looking: NodeJS.Timeout | undefined;

  constructor(options: AbsencesOptions) {
    this.#options = options;
  }

  /** The flows have started. */
  look(jobs: readonly KeptJob[], flows: PresentFlows): void {
    const before = this.#flows;
    this.#flows = flows;
    this.#waiting.clear();
    // What a deploy deleted was there until then. A node that another branch of a project lacks was not deleted.
    const isDeleted = (id: string) => flows.isDeploy && before?.home === flows.home && before.has(id);
    for (const kept of jobs) this.#weigh(kept, flows, isDeleted);
    this.#giveUp();
  }

  #weigh(kept: KeptJob, { home, has }: PresentFlows, isDeleted: (nodeId: string) => boolean): void {
    const { job, absence } = kept;
    const { since, before, home: ownHome = job.home } = absence;
    const nodeIds = kept.claims.map(({ nodeId }) => nodeId);
    const missing = nodeIds.filter((id) => !has(id));
    if (missing.length === 0) {
      // Also when its flow file goes by another name now.
      this.#change(kept, { before: 0, ...(home !== job.home && { home }) });
    } else if (home !== ownHome) {
      const counted = since === undefined ? 0 : Date.now() - since;
      this.#change(kept, { ...absence, since: undefined, before: before + counted });
    } else if (absence.deletedAt !== undefined || missing.some(isDeleted)) {
      this.#change(kept, { ...absence, deletedAt: absence.deletedAt ?? Date.now() });
      this.#dropLater(kept, kept.absence.deletedAt);
    } else if (missing.length === nodeIds.length) {
      // One that other nodes wait for as well goes on for those.
      this.#change(kept, { ...absence, since: since ?? Date.now() });
      this.#waiting.add(kept);
    }
  }

  #change(kept: KeptJob, absence: KeptJob["absence"]): void {
    const earlier = kept.absence;
    kept.absence = absence;
    if (!isDeepStrictEqual(earlier, absence)) void this.#options.note(kept);
  }

  #dropLater(kept: KeptJob, deletedAt: number | undefined): void {
    const look = () => {
      // It came back in the meantime, and may have been deleted again: that has a grace period of its own.
      if (kept.absence.deletedAt !== deletedAt || this.#flows?.home !== (kept.absence.home ?? kept.job.home)) return;
      const gone = kept.claims.map(({ nodeId }) => nodeId).filter((id) => !this.#flows?.has(id));
      if (gone.length > 0) void this.#options.drop(kept, gone);
    };
    setTimeout(look, kept.job.keeping.deleted).unref();
  }

  #giveUp(): void {
    const now = Date.now();
    for (const kept of this.#waiting) {
      const { since, before } = kept.absence;
      if (since === undefined || before + now - since < kept.job.keeping.absent) continue;
      this.#waiting.delete(kept);
      void this.#options.setAside(kept);
    }
    this.#lookAgain();
  }

  /** A timer for nothing would hold all that belongs to a Node-RED which its process has long stopped. */
  #lookAgain(): void {
    clearTimeout(this.#looking);
    this.#looking = this.#waiting.size === 0 ? undefined : setTimeout(() => this.#giveUp(), LOOK_EVERY).unref();
  }
}
