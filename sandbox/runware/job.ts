import type { Context } from "../context";
import type { CommonJob } from "../jobs";

/** What goes wrong with a job's failed pictures. */
export interface Failure {
  code: string;
  message: string;
  shape: "errors" | "data";
}

/** An imageInference task that was taken on. */
export interface RunwareJob extends CommonJob {
  service: "runware";
  failure?: Failure;
}

/** The job of that taskUUID, if the asking key sent it. */
export function findJob(taskUUID: string, { jobs }: Context, owner: string): RunwareJob | undefined {
  const job = jobs.get(taskUUID);
  return job?.service === "runware" && job.owner === owner ? job : undefined;
}
