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
  note: (kept: KeptJob) => Promise<void>;
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
  /** Nodes that were in the flows at some time since the process started. */
  readonly #seen = new Set<string>();
  #jobs: readonly KeptJob[] = [];
  #flows: PresentFlows | undefined;
  #looking: NodeJS.Timeout | undefined;

  constructor(options: AbsencesOptions) {
    this.#options = options;
  }

  /** The flows have started. */
  look(jobs: readonly KeptJob[], flows: PresentFlows): void {
    this.#flows = flows;
    for (const kept of jobs) this.#weigh(kept, flows);
    this.#jobs = jobs.filter(({ absence }) => absence.since !== undefined);
    this.#looking ??= setInterval(() => this.#giveUp(), LOOK_EVERY).unref();
  }

  /** A node is there: should it be missing later, it was taken away. */
  saw(nodeId: string): void {
    this.#seen.add(nodeId);
  }

  #weigh(kept: KeptJob, { home, isDeploy, has }: PresentFlows): void {
    const { job, absence } = kept;
    const nodeIds = [...kept.claims.values()].map(({ nodeId }) => nodeId);
    const missing = nodeIds.filter((id) => !has(id));
    for (const id of nodeIds) if (has(id)) this.#seen.add(id);
    if (missing.length === 0) {
      this.#change(kept, { before: 0 });
      return;
    }
    const isHome = home === job.home;
    const isDeleted = isDeploy && isHome && missing.some((id) => this.#seen.has(id));
    if (isDeleted || (isHome && absence.deletedAt !== undefined)) {
      this.#change(kept, { ...absence, deletedAt: absence.deletedAt ?? Date.now() });
      setTimeout(() => this.#dropIfGone(kept), job.keeping.deleted).unref();
      return;
    }
    // One that other nodes wait for as well goes on for those.
    if (missing.length < nodeIds.length) return;
    const { since, before } = absence;
    if (isHome) this.#change(kept, { before, since: since ?? Date.now() });
    else this.#change(kept, { before: before + (since === undefined ? 0 : Date.now() - since) });
  }

  #change(kept: KeptJob, absence: KeptJob["absence"]): void {
    const { since, before, deletedAt } = kept.absence;
    kept.absence = absence;
    const isSame = since === absence.since && before === absence.before && deletedAt === absence.deletedAt;
    if (!isSame) void this.#options.note(kept);
  }

  #dropIfGone(kept: KeptJob): void {
    if (kept.absence.deletedAt === undefined || this.#flows?.home !== kept.job.home) return;
    const gone = [...kept.claims.values()].map(({ nodeId }) => nodeId).filter((id) => !this.#flows?.has(id));
    if (gone.length > 0) void this.#options.drop(kept, gone);
  }

  #giveUp(): void {
    const now = Date.now();
    for (const kept of this.#jobs) {
      const { since, before } = kept.absence;
      if (since !== undefined && before + now - since >= kept.job.keeping.absent) void this.#options.setAside(kept);
    }
  }
}
