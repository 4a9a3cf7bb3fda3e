import type { Model } from "../../lib/models/model";
import { balanceOf, type Context, charge, takeOn } from "../context";
import { faultAmong } from "../faults";
import { jsonReply, type Reply, type Sender } from "../http";
import { finishedAt } from "../jobs";
import { pauseUntil } from "../pause";
import { costOf } from "../plan-job";
import { locked } from "./answers";
import type { FalJob } from "./job";
import { makeJob } from "./make-job";
import { addressesOf } from "./queue";
import { readInput } from "./read-input";
import { outcomeOf } from "./result";

/** Takes a job into the queue. */
export async function submit(
  id: string,
  model: Model,
  input: unknown,
  context: Context,
  sender: Sender,
): Promise<Reply> {
  const reading = await readInput(model, input, context, sender.url);
  const job = await makeJob(id, model, reading, context, sender);
  if ("mistakes" in reading && context.settings.refusesAt === "submit") return outcomeOf(job, context, sender.url);
  if (isLocked(job, context, sender)) return locked();
  if (job.startedAt !== null) charge(job, context);
  takeOn(job, context);
  return jsonReply(200, {
    status: "IN_QUEUE",
    request_id: id,
    ...addressesOf(job, sender.url),
    queue_position: job.ahead,
  });
}

/** Takes a job on and answers when it is done. There is no queue to stand in. */
export async function run(id: string, model: Model, input: unknown, context: Context, sender: Sender): Promise<Reply> {
  const reading = await readInput(model, input, context, sender.url);
  const made = await makeJob(id, model, reading, context, sender);
  const job: FalJob = { ...made, ahead: 0, startedAt: made.acceptedAt };
  if (isLocked(job, context, sender)) return locked();
  charge(job, context);
  takeOn(job, context);
  await pauseUntil(finishedAt(job), context.closing);
  return outcomeOf(job, context, sender.url);
}

const isLocked = (job: FalJob, context: Context, { faults }: Sender): boolean =>
  faultAmong(faults, "402") !== undefined || costOf(job) > balanceOf(context);
