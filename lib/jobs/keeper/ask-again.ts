import { FluxError } from "../../errors";
import { repeated } from "../backoff";
import { knownAs, type Outcome } from "../job";
import type { KeptJob } from "./kept-job";
import type { RunContext } from "./run-context";

/** For asking, repetitions included, in ms. */
const ASK_TIMEOUT = 60_000;

/**
 * Asks the service once more for the result of a job that had ended: its pictures are not kept here, or cannot be had
 * where they were. Nothing is paid.
 */
export async function askAgain({ job, outcome }: KeptJob, { service, retries }: RunContext): Promise<Outcome> {
  const { provider } = service;
  const requestId = knownAs(job, provider);
  const earlier = outcome && "error" in outcome ? outcome.error : undefined;
  try {
    const signal = AbortSignal.timeout(ASK_TIMEOUT);
    const found = await repeated(() => provider.find(job, signal), retries, signal);
    if (found.state === "settled" && found.answer.pictures.length > 0) return { answer: found.answer };
  } catch (error) {
    if (!(error instanceof FluxError))
      return { error: earlier ?? gone(requestId, "its service did not answer in time") };
    if (error.cause.retryable) return { error: earlier ?? gone(requestId, error.message) };
  }
  return { error: earlier ?? gone(requestId, "its service does not keep it any more") };
}

const gone = (requestId: string | undefined, why: string): FluxError =>
  new FluxError(
    "FLUX_PROVIDER",
    `The result of job ${requestId ?? "without an id"} was made and is paid for, but cannot be had again: ${why.replace(/\.$/, "")}. It was not made a second time.`,
    { requestId, billed: "yes" },
  );
