import type { Context } from "../context";
import { jsonReply, type WholeReply } from "../http";
import { contentTypes } from "../images/encoding";
import { unitsOf } from "../prices";
import { platformError } from "./answers";
import type { Failure, FalJob } from "./job";

/** What a finished job answers: its pictures, or the model's or the platform's refusal. */
export async function outcomeOf(job: FalJob, context: Context, url: string): Promise<WholeReply> {
  const failure: Failure | undefined = job.cancelledAt === undefined ? job.failure : platformError(499);
  if (failure !== undefined) return jsonReply(failure.status, failure.body, failure.headers);
  const made = [...job.pictures.keys()].filter((index) => !job.pictures[index]?.failed);
  const body = {
    images: await Promise.all(made.map((index) => imageOf(job, index, context, url))),
    timings: { inference: secondsOf(job) },
    seed: job.task.seed ?? job.pictures[0]?.seed,
    has_nsfw_concepts: made.map(() => job.nsfw),
    prompt: job.task.prompt,
  };
  return jsonReply(200, body, { "x-fal-billable-units": String(unitsOf(job)) });
}

async function imageOf(job: FalJob, index: number, { images }: Context, url: string): Promise<object> {
  const { width, height } = job.drawing;
  const content_type = contentTypes[job.format];
  if (job.task.sync_mode !== true) return { url: images.urlOf(job, index, url), width, height, content_type };
  const { bytes } = await images.render(job, index);
  return { url: `data:${content_type};base64,${bytes.toString("base64")}`, width, height, content_type };
}

/** How long the work took, in seconds. */
export const secondsOf = ({ duration }: FalJob): number => (duration ?? 0) / 1000;
