import { FluxError } from "../../errors";
import { cancelAtService } from "../cancel-at-service";
import { type Job, knownAs } from "../job";
import { claimsOf, type KeptJob } from "./kept-job";
import type { RunContext } from "./run-context";

/** How jobs are got at. */
interface Means {
  contextOf(kept: KeptJob): Promise<RunContext>;
  /** Breaks a job's run off, so that it ends with the error. */
  end(kept: KeptJob, error: FluxError): Promise<void>;
}

const WHY = "because msg.cancel asked for it";

/**
 * Cancels those of a node's jobs that have no result yet, and ends the messages that wait for them with FLUX_CANCELLED.
 * A job that messages of other nodes wait for as well goes on for those.
 *
 * @returns resolves once the service was asked.
 */
export async function cancelJobs(jobs: readonly KeptJob[], nodeId: string, means: Means): Promise<void> {
  await Promise.all(jobs.map((kept) => cancelOne(kept, nodeId, means)));
}

async function cancelOne(kept: KeptJob, nodeId: string, { contextOf, end }: Means): Promise<void> {
  const own = claimsOf(kept, nodeId);
  if (own.length < kept.claims.size) {
    for (const claim of own) {
      claim.ending = cancelled(
        `Stopped waiting for job ${kept.job.id} ${WHY}; another node still waits for it.`,
        "unknown",
      );
      claim.waiter?.reject(claim.ending);
    }
    return;
  }
  const error = await cancelledAt(kept, contextOf);
  // Its result may have come while the service was asked.
  if (!kept.outcome) await end(kept, error);
}

/** Asks the service to drop the job; what it is to end with. */
async function cancelledAt(kept: KeptJob, contextOf: Means["contextOf"]): Promise<FluxError> {
  const { job } = kept;
  if (job.phase.state === "waiting") {
    return cancelled(`The job was cancelled before anything was sent, ${WHY}. Nothing is paid.`, "no");
  }
  const { provider } = (kept.context ?? (await contextOf(kept))).service;
  if (knownAs(job, provider) === undefined) {
    // Its id comes with the answer that is under way; it is cancelled by that as soon as it is heard.
    setImmediate(() => void cancelAtService(job, provider, WHY));
    return cancelled(
      `Stopped waiting for the job ${WHY} while it was being submitted. It may still be billed.`,
      "unknown",
      job,
    );
  }
  const { state, sentence = "" } = await cancelAtService(job, provider, WHY);
  const requestId = knownAs(job, provider);
  switch (state) {
    case "requested":
    case "unknown":
      return cancelled(sentence, "unknown", job, requestId);
    case "ended":
      return cancelled(sentence, "yes", job, requestId);
    case "failed":
    case "impossible":
      return cancelled(
        `Stopped waiting for job ${requestId} ${WHY}, still billed: ${state === "failed" ? sentence : "its service cannot cancel a job."}`,
        "yes",
        job,
        requestId,
      );
  }
}

const cancelled = (
  message: string,
  billed: "no" | "yes" | "unknown",
  job?: Job,
  requestId: string | undefined = job?.receipt?.requestId,
): FluxError =>
  new FluxError("FLUX_CANCELLED", message, {
    ...(job && { provider: job.service.provider }),
    ...(requestId !== undefined && { requestId }),
    billed,
  });
