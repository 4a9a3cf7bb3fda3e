import { type Context, isForgotten } from "../context";
import type { Sender } from "../http";
import type { Task } from "../jobs";
import { type Answer, about, refused } from "./answer";
import { findJob } from "./job";
import { stateOf } from "./pictures";

/** getResponse: the full state of a task, finished pictures and running ones, every time. */
export async function getResponse(task: Task, context: Context, sender: Sender): Promise<Answer> {
  const taskUUID = String(task.taskUUID);
  context.ledger.countPoll(taskUUID);
  context.events.emit("polled", { id: taskUUID });
  const job = findJob(taskUUID, context, sender.owner);
  if (job === undefined || isForgotten(job, context)) {
    if (context.settings.unknownTask === "empty") return { data: [], errors: [] };
    return refused({ code: "taskNotFound", message: "There is no task with this taskUUID.", ...about(task) });
  }
  return stateOf(job, context, { withStatus: true, url: sender.url });
}
