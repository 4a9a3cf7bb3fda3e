import { FluxError } from "../errors";
import { pause } from "../pause";
import type { Answer, Provider } from "../providers/provider";
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
 * Goes on asking for a job that was given up. It holds no place among the running jobs.
 * @returns its answer, or undefined when there is none in time or none with a picture. Rejects only when aborted.
 */
export async function lateAnswer(
  job: Job,
  provider: Provider,
  { every, lasting }: LatePace,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  for (let passed = 0; passed < lasting; passed += every) {
    await pause(every, signal);
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
  }
  return undefined;
}
