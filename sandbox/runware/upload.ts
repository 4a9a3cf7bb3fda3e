import { randomUUID } from "node:crypto";
import type { Context } from "../context";
import type { Sender } from "../http";
import { readImage } from "../images/bytes";
import type { Task } from "../jobs";
import { type Answer, about, answered, refused } from "./answer";

/** imageUpload: keeps an image under a new UUID. */
export function uploadImage(task: Task, context: Context, { url }: Sender): Answer {
  const kept = keep(task, "image", context, url);
  if ("errors" in kept) return kept;
  return answered({ taskType: task.taskType, taskUUID: task.taskUUID, imageUUID: kept.id, imageURL: kept.url });
}

/** mediaStorage, operation upload: the successor of imageUpload. */
export function storeMedia(task: Task, context: Context, { url }: Sender): Answer {
  if (task.operation !== "upload") {
    return refused({
      code: task.operation === undefined ? "missingOperation" : "unsupportedOperation",
      message: "The sandbox knows only the operation upload.",
      parameter: "operation",
      allowedValues: ["upload"],
      ...about(task),
    });
  }
  const kept = keep(task, "media", context, url);
  if ("errors" in kept) return kept;
  const { taskType, taskUUID, operation } = task;
  return answered({ taskType, taskUUID, operation, mediaUUID: kept.id, mediaURL: kept.url });
}

function keep(
  task: Task,
  parameter: "image" | "media",
  context: Context,
  url: string,
): { id: string; url: string } | Answer {
  const value = task[parameter];
  const name = `${parameter.charAt(0).toUpperCase()}${parameter.slice(1)}`;
  if (value === undefined) {
    return refused({ code: `missing${name}`, message: `The task has no ${parameter}.`, parameter, ...about(task) });
  }
  const image = readImage(value);
  if (image === undefined) {
    const message = `The ${parameter} is neither a URL, a data URI nor base64 of a picture file.`;
    return refused({ code: `invalid${name}`, message, parameter, ...about(task) });
  }
  const id = randomUUID();
  context.images.keepUpload(id, image.kind === "bytes" ? image : undefined);
  context.events.emit("uploaded", { id });
  return { id, url: image.kind === "url" ? image.url : `${url}/images/${id}.${image.extension}` };
}
