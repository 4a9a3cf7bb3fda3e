import type { FluxRequest } from "../../models/request";
import { serialise } from "../json";

/** One task as JSON text. */
export function serialiseTask(taskType: string, taskUUID: string, parameters: FluxRequest): string {
  return serialise({ ...parameters, taskType, taskUUID });
}
