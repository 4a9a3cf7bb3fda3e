import type { FluxError } from "../errors";
import type { Attachment, FluxRequest } from "../models/request";
import type { Answer, Provider, Receipt, Task } from "../providers/provider";
import type { ServiceIdentity } from "./service-identity";

/** How a job ended at the service, or why it never got there. */
export type Outcome = { readonly answer: Answer } | { readonly error: FluxError };

/**
 * Where a job stands. `submitting` is entered before the first byte of the paid request leaves, so that a job found in
 * `waiting` was certainly never sent.
 */
export type Phase =
  | { state: "waiting" }
  | { state: "submitting" }
  | { state: "submitted" }
  | { state: "settled"; outcome: Outcome }
  | { state: "delivered" };

/** The order of the phases: a job may skip some of them but never goes back. */
const ORDER = ["waiting", "submitting", "submitted", "settled", "delivered"] as const;

/** How long things of a job are kept, in ms. */
interface Keeping {
  /** The settled record, after its delivery. */
  readonly results: number;
  /** The job, while its node is not in the flows. */
  readonly absent: number;
  /** From the deploy that deleted its node until the job is cancelled. */
  readonly deleted: number;
}

/** One paid request on its way. Its id is a UUID v4. */
export interface Job extends Task {
  /** The node that it was accepted by. */
  readonly nodeId: string;
  /** The flow file, or project, that the node is in. */
  readonly home: string;
  /** Where it may be sent, and nowhere else. */
  readonly service: ServiceIdentity;
  /** Once its pictures are uploaded, exactly what is sent. */
  request: FluxRequest;
  attachments: readonly Attachment[];
  receipt?: Receipt;
  /** Set when nobody waits any more for the answer to the submit: settles once it was heard, or will not come. */
  answering?: Promise<void>;
  phase: Phase;
  /** How often the paid request was sent. */
  attempts: number;
  /** Wall-clock times in ms since 1970; the deadline counts from `submittedAt`. */
  readonly acceptedAt: number;
  submittedAt?: number;
  /** Every request for it so far was refused: it was certainly not taken, although it is `submitting`. */
  isRefused?: boolean;
  settledAt?: number;
  /** The same for the same request: what a repeated idempotency key is held against. Empty where there is none. */
  readonly hash: string;
  readonly idempotencyKey?: string;
  /** What there was to say about the request before it was sent. */
  readonly warnings: readonly string[];
  readonly keeping: Keeping;
  /** Whether it outlives the process: the account's journal is on. */
  readonly isJournalled: boolean;
  /** Of one whose record is all that is left: it has no prompt. */
  readonly promptHash?: string;
  /** It was submitted by somebody else, or long ago, and is only asked for. */
  readonly isAdopted?: boolean;
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

/** Whether the service may have the job. */
export const wasSent = ({ phase: { state } }: Pick<Job, "phase">): boolean =>
  state === "submitting" || state === "submitted";
