import { type Billed, FluxError } from "../errors";
import type { Job } from "./job";

/** Characters of a foreign error's text that are repeated. */
const LONGEST_TEXT = 200;

/** What an unexpected failure may have cost, by how far the job had come. */
const BILLED: Record<Job["phase"]["state"], Billed> = {
  waiting: "no",
  submitting: "unknown",
  submitted: "unknown",
  settled: "yes",
  delivered: "yes",
};

/**
 * Any failure as a FluxError. Without a job nothing had been sent. Never throws, whatever was thrown.
 *
 * @param requestId under which the service knows the job, where it does.
 */
export function asFluxError(error: unknown, job?: Job, requestId?: string): FluxError {
  if (error instanceof FluxError) return error;
  return new FluxError("FLUX_PROVIDER", `Unexpected failure in this node: ${textOf(error)}`, {
    ...(requestId !== undefined && { requestId }),
    billed: job ? BILLED[job.phase.state] : "no",
  });
}

function textOf(error: unknown): string {
  try {
    return String(error).slice(0, LONGEST_TEXT);
  } catch {
    return "it cannot be described.";
  }
}
