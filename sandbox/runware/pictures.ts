import type { Context } from "../context";
import { doneAt, finishedAt } from "../jobs";
import type { Answer } from "./answer";
import type { RunwareJob } from "./job";

interface Options {
  /** Polls name each item's state, and list those that are not done; other answers do neither. */
  withStatus: boolean;
  /** The sandbox's address as the caller knows it. */
  url: string;
}

/** What is to be said about a job now. */
export async function stateOf(job: RunwareJob, context: Context, { withStatus, url }: Options): Promise<Answer> {
  const now = Date.now();
  const { taskType, taskUUID } = job.task;
  const answer: Answer = { data: [], errors: [] };
  for (const [index, picture] of job.pictures.entries()) {
    if (doneAt(job, index) > now) {
      if (withStatus) answer.data.push({ taskType, taskUUID, status: "processing", progress: progressOf(job, now) });
    } else if (!picture.failed) {
      const item = await pictureItem(job, index, context, url);
      answer.data.push(withStatus ? { ...item, status: "success" } : item);
    } else if (job.failure !== undefined) {
      const { code, message, shape } = job.failure;
      if (shape === "data") answer.data.push({ taskType, taskUUID, status: "error", error: { code, message } });
      else answer.errors.push({ code, message, taskType: String(taskType), taskUUID: String(taskUUID) });
    }
  }
  return answer;
}

/** Percent, 0 to 99 while a job runs. */
function progressOf(job: RunwareJob, now: number): number {
  if (job.duration === null || job.duration === 0) return 0;
  return Math.max(0, Math.min(99, Math.floor((100 * (now - job.acceptedAt)) / (finishedAt(job) - job.acceptedAt))));
}

/** A finished picture as the service answers it, in the form that the request asked for. */
export async function pictureItem(job: RunwareJob, index: number, context: Context, url: string): Promise<object> {
  const { taskType, taskUUID, outputType, includeCost } = job.task;
  const { id: imageUUID, seed } = job.pictures[index] ?? { id: "", seed: 0n };
  return {
    taskType,
    taskUUID,
    imageUUID,
    ...(await imageMembers(job, index, outputType, context, url)),
    seed,
    NSFWContent: job.nsfw,
    ...(includeCost === true ? { cost: job.price } : {}),
  };
}

async function imageMembers(
  job: RunwareJob,
  index: number,
  outputType: unknown,
  { images }: Context,
  url: string,
): Promise<object> {
  if (outputType !== "base64Data" && outputType !== "dataURI") return { imageURL: images.urlOf(job, index, url) };
  const { bytes, contentType } = await images.render(job, index);
  const base64 = bytes.toString("base64");
  if (outputType === "base64Data") return { imageBase64Data: base64 };
  return { imageDataURI: `data:${contentType};base64,${base64}` };
}
