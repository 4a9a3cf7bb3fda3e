import { setMaxListeners } from "node:events";
import { FluxError } from "../errors";
import type { Claim } from "../jobs/keeper/claim";
import type { Progress } from "../providers/provider";
import type { Room } from "./result-property";
import type { Activity } from "./status";

/** One message on its way through a node. */
export interface Run {
  /** Aborts when the node is closed. */
  readonly signal: AbortSignal;
  /** What the message waits for, once it was accepted. */
  claim?: Claim;
  progress?: Progress;
  /** Of a tool: where the result goes, as the message said when it came. */
  room?: Room | undefined;
}

/** A node was closed while a message was in it. Never shown: after close there is nobody to show it to. */
const CLOSED = new FluxError("FLUX_CANCELLED", "The node was closed.", { billed: "unknown" });

/** The messages that are in a node at this moment. */
export class Runs {
  readonly #closing = new AbortController();
  readonly #active = new Set<Run>();

  constructor() {
    // Every message in the node listens for its closing, and there may be thousands.
    setMaxListeners(0, this.#closing.signal);
  }

  /**
   * Runs `work` for one message. What happens after the node was closed reaches nobody: the promise then never settles.
   *
   * @returns resolves or rejects as `work` does.
   */
  async start<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    if (this.#closing.signal.aborted) return never();
    const run: Run = { signal: this.#closing.signal };
    this.#active.add(run);
    try {
      const result = await work(run);
      return this.#closing.signal.aborted ? never() : result;
    } catch (error) {
      if (this.#closing.signal.aborted) return never();
      throw error;
    } finally {
      this.#active.delete(run);
    }
  }

  /** @returns how many messages end here, because they had not been accepted yet. */
  close(): number {
    const unaccepted = [...this.#active].filter(({ claim }) => !claim).length;
    this.#closing.abort(CLOSED);
    return unaccepted;
  }

  activity(): Activity {
    const activity: Activity = { waiting: 0, running: 0 };
    for (const { claim, progress } of this.#active) {
      if (!claim) continue;
      const { job } = claim.kept;
      if (job.phase.state === "waiting") {
        activity.waiting += 1;
        continue;
      }
      activity.running += 1;
      if (activity.since === undefined || (job.submittedAt ?? 0) < activity.since) {
        const { percent, queuePosition, log } = progress ?? {};
        Object.assign(activity, { since: job.submittedAt, job: job.id, percent, queuePosition, log });
      }
    }
    return activity;
  }
}

const never = <Result>(): Promise<Result> => new Promise(() => {});
