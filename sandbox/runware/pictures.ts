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
  const { taskType, taskUUID, includeCost } = job.task;
  const { id, seed } = job.pictures[index] ?? { id: "", seed: 0n };
  const { name, value } = await contentOf(job, index, context, url);
  const cost = includeCost === true ? { cost: job.price } : {};
  const { inputImageUUID } = job;
  // A guide image has names of its own, and no seed.
  if (inputImageUUID !== undefined) {
    return { taskType, taskUUID, inputImageUUID, guideImageUUID: id, [`guideImage${name}`]: value, ...cost };
  }
  return { taskType, taskUUID, imageUUID: id, [`image${name}`]: value, seed, NSFWContent: job.nsfw, ...cost };
}

/** A picture in the form that the request asked for, and how that form ends a member's name. */
async function contentOf(
  job: RunwareJob,
  index: number,
  { images }: Context,
  url: string,
): Promise<{ name: "URL" | "Base64Data" | "DataURI"; value: string }> {
  const { outputType } = job.task;
  if (outputType !== "base64Data" && outputType !== "dataURI") {
    return { name: "URL", value: images.urlOf(job, index, url) };
  }
  const { bytes, contentType } = await images.render(job, index);
  const base64 = bytes.toString("base64");
  if (outputType === "base64Data") return { name: "Base64Data", value: base64 };
  return { name: "DataURI", value: `data:${contentType};base64,${base64}` };
}
