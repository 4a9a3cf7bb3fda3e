import type { Context } from "../context";
import type { Job, Task } from "../jobs";
import { type Answer, about, refused } from "./answer";
import type { Sender } from "./inference";
import { stateOf } from "./pictures";

/** getResponse: the full state of a task, finished pictures and running ones, every time. */
export async function getResponse(task: Task, context: Context, sender: Sender): Promise<Answer> {
  const taskUUID = String(task.taskUUID);
  context.ledger.countPoll(taskUUID);
  context.events.emit("polled", { taskUUIDs: [taskUUID] });
  const job = findJob(taskUUID, context, sender.owner);
  if (job === undefined || isForgotten(job, context)) {
    if (context.settings.unknownTask === "empty") return { data: [], errors: [] };
    return refused({ code: "taskNotFound", message: "There is no task with this taskUUID.", ...about(task) });
  }
  return stateOf(job, context, { withStatus: true, url: sender.url });
}

/** The job of that id, if the asking key sent it. */
export function findJob(taskUUID: string, { jobs }: Context, owner: string): Job | undefined {
  const job = jobs.get(taskUUID);
  return job?.owner === owner ? job : undefined;
}

function isForgotten(job: Job, { settings }: Context): boolean {
  return settings.pollsForgetAfter !== null && Date.now() >= job.acceptedAt + settings.pollsForgetAfter * 1000;
}
