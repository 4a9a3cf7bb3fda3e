import type { FluxRequest } from "../../models/request";
import { serialise } from "../json";

/** One task as JSON text; `usual` is what holds where the parameters say nothing. */
export function serialiseTask(
  taskType: string,
  taskUUID: string,
  parameters: FluxRequest,
  usual: FluxRequest = {},
): string {
  return serialise({ ...usual, ...parameters, taskType, taskUUID });
}
