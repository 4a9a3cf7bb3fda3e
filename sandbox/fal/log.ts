import { modelById } from "../../lib/models/catalogue";
import { finishedAt } from "../jobs";
import type { FalJob } from "./job";

/** The shares of the work after which a model says how far it is. */
const quarters = [0.25, 0.5, 0.75];

/** The lines that a job's model has logged by now; none while the job waits. */
export function logOf(job: FalJob): object[] {
  const { startedAt, duration, steps, model } = job;
  const until = Math.min(Date.now(), finishedAt(job));
  if (startedAt === null || startedAt > until) return [];
  const line = (message: string, at: number) => ({
    message,
    level: "INFO",
    source: "USER",
    timestamp: new Date(at).toISOString(),
  });
  const progress = quarters.map((share) => ({
    at: startedAt + share * (duration ?? Number.POSITIVE_INFINITY),
    text: `Step ${Math.max(1, Math.round(share * steps))} of ${steps}`,
  }));
  return [
    line(`Running ${modelById(model)?.title ?? model}`, startedAt),
    ...progress.filter(({ at }) => at <= until).map(({ at, text }) => line(text, at)),
  ];
}
