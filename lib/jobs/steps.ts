import { channel } from "node:diagnostics_channel";

/**
 * A point that a job passes: before a state is written to the journal, when its bytes are in the file but perhaps not
 * yet on the disk, once it is durable; before and after its messages are sent; before the journal is compacted.
 */
export type Step =
  | `${"before" | "written" | "after"}:${string}`
  | "before:send"
  | "after:send"
  | "before:compaction"
  | "after:compaction";

/** What a subscriber of the diagnostics channel `node-red-flux:job` is told, in the very turn in which it happens. */
interface Passing {
  readonly step: Step;
  /** Absent where the step is not about one job. */
  readonly job?: string;
}

const steps = channel("node-red-flux:job");

/** Tells whoever watches that a job passes a step. Costs nothing while nobody does. */
export function passes(step: Step, job?: string): void {
  if (!steps.hasSubscribers) return;
  const passing: Passing = job === undefined ? { step } : { step, job };
  steps.publish(passing);
}
