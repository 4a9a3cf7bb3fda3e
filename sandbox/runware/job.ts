import type { Context } from "../context";
import type { CommonJob, Task } from "../jobs";

/** What goes wrong with a job's failed pictures. */
export interface Failure {
  code: string;
  message: string;
  shape: "errors" | "data";
}

/** A task that was taken on. */
export interface RunwareJob extends CommonJob {
  service: "runware";
  failure?: Failure;
  /** Of a guide image: the picture that it was made of. */
  inputImageUUID?: string;
}

/** Whether a task makes pictures: it is paid for, takes its time, and is asked for later. */
export const makesPictures = ({ taskType }: Task): boolean =>
  taskType === "imageInference" || taskType === "controlNetPreprocess";

/** The job of that taskUUID, if the asking key sent it. */
export function findJob(taskUUID: string, { jobs }: Context, owner: string): RunwareJob | undefined {
  const job = jobs.get(taskUUID);
  return job?.service === "runware" && job.owner === owner ? job : undefined;
}
