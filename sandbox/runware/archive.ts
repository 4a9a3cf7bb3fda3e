import type { Context } from "../context";
import type { Sender } from "../http";
import type { Task } from "../jobs";
import { type Answer, about, answered, refused } from "./answer";
import { findJob } from "./job";
import { stateOf } from "./pictures";

/** getTaskDetails: a past task's request and its answer, also when polls no longer know it. */
export async function getTaskDetails(task: Task, context: Context, sender: Sender): Promise<Answer> {
  const { archive } = context.settings;
  if (archive === "forbidden") {
    return refused({ code: "forbidden", message: "This key may not read past tasks.", ...about(task) });
  }
  if (archive === "empty") return { data: [], errors: [] };
  const job = findJob(String(task.taskUUID), context, sender.owner);
  if (job === undefined) {
    return refused({ code: "taskNotFound", message: "There is no task with this taskUUID.", ...about(task) });
  }
  const { data, errors } = await stateOf(job, context, { withStatus: false, url: sender.url });
  const response = {
    ...(data.length > 0 || errors.length === 0 ? { data } : {}),
    ...(errors.length > 0 ? { errors } : {}),
  };
  return answered({ taskType: task.taskType, taskUUID: task.taskUUID, request: [job.task], response });
}
