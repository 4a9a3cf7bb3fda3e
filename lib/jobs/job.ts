import type { FluxRequest } from "../models/request";
import type { Answer, Provider, Receipt, Task } from "../providers/provider";

/**
 * Where a job stands. `submitting` is entered before the first byte of the paid request leaves, so that a job found in
 * `waiting` was certainly never sent.
 */
export type Phase =
  | { state: "waiting" }
  | { state: "submitting" }
  | { state: "submitted" }
  | { state: "settled"; answer: Answer }
  | { state: "delivered" };

/** The order of the phases: a job may skip some of them but never goes back. */
const ORDER = ["waiting", "submitting", "submitted", "settled", "delivered"] as const;

/** One paid request on its way. Its id is a UUID v4. */
export interface Job extends Task {
  readonly nodeId: string;
  /** Once its pictures are uploaded, exactly what is sent. */
  request: FluxRequest;
  receipt?: Receipt;
  /** Set when nobody waits any more for the answer to the submit: settles once it was heard, or will not come. */
  answering?: Promise<void>;
  phase: Phase;
  /** How often the paid request was sent. */
  attempts: number;
  /** Wall-clock times in ms since 1970; the deadline counts from `submittedAt`. */
  readonly acceptedAt: number;
  submittedAt?: number;
  settledAt?: number;
}

/**
 * Moves a job on.
 * @throws Error when the move goes backwards: that is a mistake in this pack, not of a flow author.
 */
export function advance(job: Job, phase: Phase): void {
  if (ORDER.indexOf(phase.state) < ORDER.indexOf(job.phase.state)) {
    throw new Error(`job ${job.id} cannot go from ${job.phase.state} back to ${phase.state}`);
  }
  job.phase = phase;
}

/** The id under which the service knows a job: its receipt's, or ours where the service takes that over. */
export const knownAs = (
  { id, receipt }: Pick<Job, "id" | "receipt">,
  { resendWindow }: Pick<Provider, "resendWindow">,
): string | undefined => receipt?.requestId ?? (resendWindow > 0 ? id : undefined);
