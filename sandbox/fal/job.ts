import type { Context } from "../context";
import { type CommonJob, finishedAt } from "../jobs";

/** What the result of a job answers when there are no pictures. */
export interface Failure {
  status: number;
  body: object;
  headers?: Record<string, string>;
  /** What the status says of it; most failures show only in the result. */
  told?: { error: string; error_type: string };
}

/** A request to one of fal's endpoints that was taken on. */
export interface FalJob extends CommonJob {
  service: "fal";
  /** The endpoint's id. */
  model: string;
  /** Jobs before it in the queue; each look at its status lets it move up by one. */
  ahead: number;
  /** How many more looks find a state that no client knows. */
  strangeLooks: number;
  steps: number;
  failure?: Failure;
  /** The status with which the result answers as if it were no longer kept. */
  goneAs?: number;
}

/** Where a job stands. */
export type Phase = { status: "IN_QUEUE"; position: number } | { status: "IN_PROGRESS" } | { status: "COMPLETED" };

export function phaseOf(job: FalJob): Phase {
  if (Date.now() >= finishedAt(job)) return { status: "COMPLETED" };
  return job.startedAt === null ? { status: "IN_QUEUE", position: job.ahead } : { status: "IN_PROGRESS" };
}

/** Under which an endpoint's jobs are found: its id without the part behind the application's name. */
export const applicationOf = (model: string): string => model.split("/").slice(0, 2).join("/");

/** The job of that request id and application, if the asking key sent it. */
export function findJob(id: string, application: string, { jobs }: Context, owner: string): FalJob | undefined {
  const job = jobs.get(id);
  if (job?.service !== "fal" || job.owner !== owner) return undefined;
  return applicationOf(job.model) === application ? job : undefined;
}
