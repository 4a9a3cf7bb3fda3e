import { type Billed, FluxError } from "../../errors";
import { cancelAtService } from "../cancel-at-service";
import { type Job, knownAs } from "../job";
import type { Claim } from "./claim";
import { claimsOf, hasOutcome, type KeptJob } from "./kept-job";
import type { RunContext } from "./run-context";

/** How jobs are got at. */
export interface CancelMeans {
  /** Completes "The job was cancelled, ...": who asked for it. */
  why: string;
  contextOf(kept: KeptJob): Promise<RunContext>;
  /** Breaks a job's run off, in this call, so that it ends with the error. */
  end(kept: KeptJob, error: FluxError): Promise<void>;
  /** Nothing comes for a message any more; it has had its error. */
  forget(claim: Claim): void;
}

/**
 * Cancels those of a node's jobs that have no result yet, and ends the messages that wait for them with FLUX_CANCELLED.
 * A job that messages of other nodes wait for as well goes on for those.
 *
 * @returns resolves once the service was asked.
 */
export async function cancelJobs(jobs: readonly KeptJob[], nodeId: string, means: CancelMeans): Promise<void> {
  await Promise.all(jobs.map((kept) => cancelOne(kept, nodeId, means)));
}

/** What came of cancelling one job; `billed` says what is known of its price. */
export type CancelledJob =
  | { readonly state: "cancelled"; readonly billed: Billed }
  | { readonly state: "ended" | "unknown" };

/** Cancels a job for every node that waits for it. */
export async function cancelForAll(kept: KeptJob, means: CancelMeans): Promise<CancelledJob> {
  const waiting = kept.claims.map(({ nodeId }) => nodeId);
  const nodeIds = new Set(waiting.length > 0 ? waiting : [kept.job.nodeId]);
  let ending: FluxError | undefined;
  const end = (one: KeptJob, error: FluxError): Promise<void> => {
    ending = error;
    return means.end(one, error);
  };
  // Those before the last one only stop waiting.
  for (const nodeId of nodeIds) {
    if (!hasOutcome(kept)) await cancelOne(kept, nodeId, { ...means, end });
  }
  return ending ? { state: "cancelled", billed: ending.cause.billed } : { state: "ended" };
}

async function cancelOne(kept: KeptJob, nodeId: string, means: CancelMeans): Promise<void> {
  const { job, claims } = kept;
  const own = claimsOf(kept, nodeId);
  // One of another node that was just cancelled there waits no more.
  if (claims.some((claim) => claim.nodeId !== nodeId && !claim.ending)) {
    const text = `Stopped waiting for job ${job.id} ${means.why}; another node still waits for it.`;
    for (const claim of own) leave(claim, cancelled(text, "unknown", kept), means);
    return;
  }
  // In the same turn in which it was found waiting: a moment later it may be on its way.
  if (job.phase.state === "waiting") {
    return means.end(
      kept,
      cancelled(`The job was cancelled before anything was sent, ${means.why}. Nothing is paid.`, "no"),
    );
  }
  const context = kept.context ?? (await means.contextOf(kept));
  const error = await cancelledAt(kept, context, means.why);
  // Its result may have come while the service was asked.
  if (hasOutcome(kept)) return;
  // Who was told of the deadline is not told of another error.
  if (kept.overdue) context.warn(error.message);
  await means.end(kept, error);
}

function leave(claim: Claim, error: FluxError, { forget }: CancelMeans): void {
  if (claim.isTold) {
    forget(claim);
    return;
  }
  claim.ending = error;
  claim.waiter?.reject(error);
}

/** Asks the service to drop a job that it has, or may have. @returns what the job is to end with. */
async function cancelledAt(kept: KeptJob, context: RunContext, why: string): Promise<FluxError> {
  const { job } = kept;
  const { provider } = context.service;
  const requestId = knownAs(job, provider);
  if (requestId === undefined || (job.phase.state === "submitting" && !provider.cancel)) {
    // An id that comes with the answer which is under way: it is cancelled by that as soon as it is heard.
    if (provider.cancel) setImmediate(() => void cancelOnceHeard(job, context, why));
    return cancelled(
      `Stopped waiting for ${requestId === undefined ? "the job" : `job ${requestId}`} ${why} while it was being submitted. It may still be billed.`,
      "unknown",
      kept,
      requestId,
    );
  }
  const { state, sentence = "" } = await cancelAtService(job, provider, why);
  switch (state) {
    case "requested":
    case "unknown":
      return cancelled(sentence, "unknown", kept, requestId);
    case "ended":
      return cancelled(sentence, "yes", kept, requestId);
    case "failed":
      return cancelled(`${sentence} Nobody waits for it any more.`, "unknown", kept, requestId);
    case "impossible":
      return cancelled(
        `Stopped waiting for job ${requestId} ${why}; it is still billed, because its service cannot cancel a job. msg.resume with this id gets its result.`,
        "yes",
        kept,
        requestId,
      );
  }
}

/** Never rejects. */
async function cancelOnceHeard(job: Job, { service, hold, warn }: RunContext, why: string): Promise<void> {
  const letGo = hold();
  const { sentence } = await cancelAtService(job, service.provider, why);
  if (sentence !== undefined) warn(sentence);
  letGo().catch(() => {});
}

const cancelled = (
  message: string,
  billed: "no" | "yes" | "unknown",
  kept?: KeptJob,
  requestId: string | undefined = kept?.job.receipt?.requestId,
): FluxError =>
  new FluxError("FLUX_CANCELLED", message, {
    ...(kept && { provider: kept.job.service.provider }),
    ...(requestId !== undefined && { requestId }),
    billed,
  });
