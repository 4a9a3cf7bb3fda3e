import { FluxError } from "../errors";
import type { Cancellation, Provider } from "../providers/provider";
import { repeated } from "./backoff";
import { type Job, knownAs } from "./job";

/** For asking a service to drop a job, repetitions included, in ms. */
const CANCEL_TIMEOUT = 15_000;

/** Repetitions of a question that costs nothing, while the job may cost something. */
const CANCEL_RETRIES = 4;

/** What came of a cancellation, and how to say so; "impossible" where the service has no such thing or gave no id. */
interface Cancelled {
  state: Cancellation | "impossible" | "failed";
  /** Absent where there is nothing to say that is not known already. */
  sentence?: string;
}

/**
 * Asks the service to drop a job. Never rejects.
 * @param why "because its node was deleted", for the sentence.
 */
export async function cancelAtService(job: Job, provider: Provider, why: string): Promise<Cancelled> {
  await job.answering;
  const id = knownAs(job, provider);
  // Refused, or of unknown outcome: there is nothing to cancel it by.
  if (id === undefined) return { state: "impossible" };
  const name = `Job ${id}`;
  if (!provider.cancel) {
    const sentence = `${name} was to be cancelled ${why}, but its service cannot cancel a job. Nobody waits for it any more; it may still be finished and billed.`;
    return { state: "impossible", sentence };
  }
  try {
    const signal = AbortSignal.timeout(CANCEL_TIMEOUT);
    const state = await repeated(async () => provider.cancel?.(job, signal) ?? "unknown", CANCEL_RETRIES, signal);
    return { state, sentence: `${name} ${SENTENCES[state](why)}` };
  } catch (error) {
    const reason = error instanceof FluxError ? error.message : "the service did not answer in time.";
    return {
      state: "failed",
      sentence: `${name} could not be cancelled: ${reason} It may still be finished and billed.`,
    };
  }
}

const SENTENCES: Readonly<Record<Cancellation, (why: string) => string>> = {
  requested: (why) => `was cancelled ${why}. If it was running already, it may still be finished and billed.`,
  ended: (why) => `was to be cancelled ${why}, but had ended by then: it is billed.`,
  unknown: (why) => `was to be cancelled ${why}, but the service does not know it any more.`,
};
