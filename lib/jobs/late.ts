import { FluxError } from "../errors";
import { pause } from "../pause";
import type { Answer, Provider } from "../providers/provider";
import type { Signal } from "../signal";
import type { Job } from "./job";

/** How long, and how often, a job is asked for after its deadline, in ms. */
export interface LatePace {
  every: number;
  lasting: number;
}

/** Once a minute for an hour: the flow has its error already, so there is no hurry. */
export const LATE_PACE: LatePace = { every: 60_000, lasting: 3_600_000 };

/** The sandbox rehearses the same in a minute. */
export const SANDBOX_LATE_PACE: LatePace = { every: 1000, lasting: 60_000 };

/**
 * Goes on asking for a job that was given up, at least once. It holds no place among the running jobs.
 *
 * @param until ms since 1970: a restart in between does not make it longer.
 * @returns its answer, or undefined when there is none in time or none with a picture. Rejects only when aborted.
 */
export async function lateAnswer(
  job: Job,
  provider: Pick<Provider, "find">,
  { every, until }: { every: number; until: number },
  signal: Signal,
): Promise<Answer | undefined> {
  do {
    await pause(Math.max(0, Math.min(every, until - Date.now())), signal);
    try {
      const found = await provider.find(job, signal);
      if (found.state === "settled") {
        job.settledAt = Date.now();
        return found.answer.pictures.length > 0 ? found.answer : undefined;
      }
    } catch (error) {
      if (!(error instanceof FluxError)) throw error;
      if (!error.cause.retryable) return undefined;
    }
  } while (Date.now() < until);
  return undefined;
}
