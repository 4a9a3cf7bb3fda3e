import type { Claim } from "../jobs/keeper/claim";
import type { Progress } from "../providers/provider";
import type { Activity } from "./job-status";
import type { Room } from "./result-property";

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

/** What is going on in a node, for its status. */
export function activityOf(runs: Iterable<Run>): Activity {
  const activity: Activity = { waiting: 0, running: 0 };
  for (const { claim, progress } of runs) {
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
