import type { ErrorCode } from "../../errors";
import { type KeptJob, PARKED } from "./kept-job";

/** What jobs end with that were given up on our side: their service may have the result, or have it later. */
const GIVEN_UP = new Set<ErrorCode>(["FLUX_CANCELLED", "FLUX_TIMEOUT", "FLUX_OUTCOME_UNKNOWN"]);

/** Makes a job that was given up one that is asked for, and waited for, again: somebody wants its result after all. */
export function reviveIfGivenUp(kept: KeptJob): void {
  const { outcome, job } = kept;
  if (!outcome || !("error" in outcome)) return;
  const { code, cause } = outcome.error;
  const couldNotBeAsked = cause.retryable && cause.billed === "unknown";
  if (cause.billed === "no" || !(GIVEN_UP.has(code) || couldNotBeAsked)) return;
  // Whatever of its run is left ends before the next one begins.
  kept.abort.abort(PARKED);
  Object.assign(job, { phase: { state: "submitted" }, isAdopted: true });
  delete kept.outcome;
  delete kept.overdue;
  delete kept.isReopened;
  delete kept.closedAt;
}
