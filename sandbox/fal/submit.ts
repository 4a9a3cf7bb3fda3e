import { randomInt } from "node:crypto";
import { presetSizes, STANDARD_SIDE, standardPreset } from "../../lib/models/fragments/fal/size";
import type { Model } from "../../lib/models/model";
import { parametersOf } from "../../lib/models/parameters";
import { balanceOf, type Context, charge, takeOn } from "../context";
import { type CallFaultKind, type Fault, faultAmong } from "../faults";
import { jsonReply, type Reply, type Sender } from "../http";
import type { Drawing } from "../images/drawing";
import { finishedAt, type Task } from "../jobs";
import { pauseUntil } from "../pause";
import { costOf, planJob } from "../plan-job";
import { priceByPixels } from "../prices";
import { locked, platformError } from "./answers";
import { readStart } from "./input-picture";
import type { Failure, FalJob } from "./job";
import { addressesOf } from "./queue";
import { outcomeOf } from "./result";
import { type Detail, detail, validateInput } from "./validation";

/** How many jobs stand before one in a long queue when the fault does not say. */
const longQueue = 3;

/** How many looks find a strange state when the fault does not say. */
const strangeLooks = 2;

/** Takes a job into the queue. */
export async function submit(
  id: string,
  model: Model,
  input: unknown,
  context: Context,
  sender: Sender,
): Promise<Reply> {
  const job = await makeJob(id, model, input, context, sender);
  if (job.failure?.status === 422 && context.settings.refusesAt === "submit")
    return outcomeOf(job, context, sender.url);
  if (isLocked(job, context, sender)) return locked();
  if (job.startedAt !== null) charge(job, context);
  takeOn(job, context);
  const { ahead } = job;
  return jsonReply(200, { status: "IN_QUEUE", request_id: id, ...addressesOf(job, sender.url), queue_position: ahead });
}

/** Takes a job on and answers when it is done. There is no queue to stand in. */
export async function run(id: string, model: Model, input: unknown, context: Context, sender: Sender): Promise<Reply> {
  const made = await makeJob(id, model, input, context, sender);
  const job: FalJob = { ...made, ahead: 0, startedAt: made.acceptedAt };
  if (isLocked(job, context, sender)) return locked();
  charge(job, context);
  takeOn(job, context);
  await pauseUntil(finishedAt(job), context.closing);
  return outcomeOf(job, context, sender.url);
}

const isLocked = (job: FalJob, context: Context, { faults }: Sender): boolean =>
  faultAmong(faults, "402") !== undefined || costOf(job) > balanceOf(context);

async function makeJob(
  id: string,
  model: Model,
  input: unknown,
  context: Context,
  { owner, faults, url }: Sender,
): Promise<FalJob> {
  const { settings, images } = context;
  const task = asTask(input);
  const mistakes = task === undefined ? [noObject(input)] : validateInput(model, task);
  const drawing = mistakes.length > 0 ? nothing(model) : await drawingOf(model, task ?? {}, context, url);
  if ("loc" in drawing) mistakes.push(drawing);
  const failure = mistakes.length > 0 ? refusedInput(mistakes) : failureBy(faults, task ?? {});
  const { num_images, seed, output_format } = task ?? {};
  const count = mistakes.length === 0 && typeof num_images === "number" ? num_images : 1;
  const first = mistakes.length === 0 && seed !== undefined && seed !== null ? BigInt(String(seed)) : randomSeed();
  const picture = "loc" in drawing ? nothing(model) : drawing;
  const steps = Number(task?.num_inference_steps ?? parametersOf(model).leaves.get("num_inference_steps")?.default);
  const common = planJob(
    {
      id,
      owner,
      task: withoutPicture(task ?? {}),
      drawing: { ...picture, ...(faultAmong(faults, "nsfw") ? { black: true } : {}) },
      quality: 95,
      format: await images.formatFor(output_format === "png" ? "PNG" : "JPG"),
      seeds: Array.from({ length: count }, (_, index) => first + BigInt(index)),
      lifetime: settings.imageTtl,
      price: priceByPixels(picture),
      failing: failure !== undefined,
      faults,
    },
    settings,
  );
  const queue = faultAmong(faults, "long-queue");
  const ahead = queue ? Number(queue.value ?? longQueue) : settings.jobsAhead;
  const strange = faultAmong(faults, "unknown-status");
  const expired = faultAmong(faults, "expired-result");
  return {
    service: "fal",
    ...common,
    ...(mistakes.length > 0 ? { duration: 0 } : {}),
    startedAt: ahead > 0 ? null : common.startedAt,
    model: model.id,
    ahead,
    strangeLooks: strange ? Number(strange.value ?? strangeLooks) : 0,
    steps: Number.isFinite(steps) ? steps : 1,
    ...(failure ? { failure } : {}),
    ...(expired ? { goneAs: expired.value === "410" ? 410 : 404 } : {}),
  };
}

const asTask = (input: unknown): Task | undefined =>
  typeof input === "object" && input !== null && !Array.isArray(input) ? (input as Task) : undefined;

const noObject = (input: unknown): Detail =>
  detail([], "model_attributes_type", "The input is not a JSON object.", input);

const randomSeed = (): bigint => BigInt(randomInt(2 ** 32));

const refusedInput = (mistakes: Detail[]): Failure => ({
  status: 422,
  body: { detail: mistakes },
  headers: { "x-fal-retryable": "false" },
});

/** What the faults let a job end with instead of pictures. */
function failureBy(faults: readonly Fault<CallFaultKind>[], { prompt }: Task): Failure | undefined {
  if (faultAmong(faults, "moderated")) {
    return refusedInput([
      detail(["prompt"], "content_policy_violation", "The prompt is against the content policy.", prompt),
    ]);
  }
  if (faultAmong(faults, "cancelled")) return platformError(499);
  const completed = faultAmong(faults, "completed-error");
  const failing = completed ?? faultAmong(faults, "fail");
  if (failing === undefined) return undefined;
  const status = /^[45]\d\d$/.test(failing.value ?? "") ? Number(failing.value) : 500;
  const failure = platformError(status);
  if (completed === undefined) return failure;
  const { detail: error, error_type = "internal_error" } = failure.body;
  return { ...failure, told: { error, error_type } };
}

const nothing = ({ id }: Model): Drawing => ({ model: id, prompt: "", width: 512, height: 512, transparent: false });

async function drawingOf(model: Model, task: Task, context: Context, url: string): Promise<Drawing | Detail> {
  const start = model.imageParameter === undefined ? sizeOf(task) : await readStart(task, context, url);
  if ("loc" in start) return start;
  return { model: model.id, prompt: String(task.prompt), transparent: false, ...start };
}

/** Pixels of a text to image request. */
function sizeOf({ image_size }: Task): { width: number; height: number } {
  if (typeof image_size !== "object" || image_size === null) {
    return Object.entries(presetSizes).find(([name]) => name === image_size)?.[1] ?? presetSizes[standardPreset];
  }
  const { width = STANDARD_SIDE, height = STANDARD_SIDE } = image_size as { width?: number; height?: number };
  return { width, height };
}

/** The input as it is remembered. */
function withoutPicture(task: Task): Task {
  const { image_url } = task;
  const isLong = typeof image_url === "string" && image_url.length > 4096;
  return isLong ? { ...task, image_url: `(${image_url.length} characters)` } : task;
}
