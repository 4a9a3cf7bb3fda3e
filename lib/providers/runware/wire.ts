import type { FluxRequest } from "../../models/request";
import { serialise } from "../json";

/** One task as JSON text; parameters of these names have no effect. */
export function serialiseTask(taskType: string, taskUUID: string, parameters: FluxRequest): string {
  // Names come before the parameters, and get their values again after them: to add names to a copy of many others takes
  // ten times as long.
  const task: Record<string, unknown> = { taskType, taskUUID, ...parameters };
  task.taskType = taskType;
  task.taskUUID = taskUUID;
  return serialise(task);
}
