import { v4 as uuid } from "uuid";
import type { Delivery, PreparedRequest } from "../models/request";
import type { Job } from "./job";

/**
 * The job of a request that may be paid for. Its id is there before anything is sent.
 *
 * @param nodeId the node that it is for.
 */
export const newJob = (
  nodeId: string,
  { model, expected, request, attachments }: PreparedRequest,
  delivery: Delivery,
): Job => ({
  id: uuid(),
  nodeId,
  // A tool's request says which one of its kind is meant.
  model: model.resultInto !== undefined && typeof request.model === "string" ? request.model : model.id,
  ...(model.taskType !== undefined && { taskType: model.taskType }),
  delivery,
  request,
  attachments,
  expected,
  phase: { state: "waiting" },
  attempts: 0,
  acceptedAt: Date.now(),
});
