import { randomInt } from "node:crypto";
import type { Model } from "../../lib/models/model";
import { parametersOf } from "../../lib/models/parameters";
import type { Context } from "../context";
import { amountOf, faultAmong } from "../faults";
import type { Sender } from "../http";
import type { Drawing } from "../images/drawing";
import type { Task } from "../jobs";
import { planJob } from "../plan-job";
import { priceByPixels } from "../prices";
import { failureBy, refusedInput } from "./failures";
import type { FalJob } from "./job";
import type { Reading } from "./read-input";

/** How many jobs stand before one in a long queue when the fault does not say. */
const longQueue = 3;

/** How many looks find a strange state when the fault does not say. */
const strangeLooks = 2;

/** Makes the job for what was read: it stands in the queue, or has begun when this returns. */
export async function makeJob(
  id: string,
  model: Model,
  reading: Reading,
  { settings, images }: Context,
  { owner, faults }: Sender,
): Promise<FalJob> {
  const { task } = reading;
  const isRefused = "mistakes" in reading;
  const drawing = isRefused ? nothing(model) : reading.drawing;
  const failure = isRefused ? refusedInput(reading.mistakes) : failureBy(faults, task);
  const plan = {
    id,
    owner,
    task: withoutPicture(task),
    drawing: { ...drawing, ...(faultAmong(faults, "nsfw") ? { black: true } : {}) },
    quality: 95,
    format: await images.formatFor(task.output_format === "png" ? "PNG" : "JPG"),
    seeds: isRefused ? [0n] : seedsOf(task),
    lifetime: settings.imageTtl,
    price: priceByPixels(drawing),
    failing: failure !== undefined,
    faults,
  };
  const common = planJob(plan, isRefused ? { ...settings, latency: 0 } : settings);
  const queue = faultAmong(faults, "long-queue");
  const ahead = queue ? Math.floor(amountOf(queue, longQueue)) : settings.jobsAhead;
  const strange = faultAmong(faults, "unknown-status");
  const expired = faultAmong(faults, "expired-result");
  return {
    service: "fal",
    ...common,
    startedAt: ahead > 0 ? null : common.startedAt,
    model: model.id,
    ahead,
    strangeLooks: strange ? amountOf(strange, strangeLooks) : 0,
    steps: stepsOf(model, task),
    ...(failure ? { failure } : {}),
    ...(expired ? { goneAs: expired.value === "410" ? 410 : 404 } : {}),
  };
}

/** What a refused input shows. */
const nothing = ({ id }: Model): Drawing => ({ model: id, prompt: "", width: 512, height: 512, transparent: false });

/** The seed that is answered, and those by which the further pictures of a batch are told apart. */
function seedsOf({ seed, num_images }: Task): bigint[] {
  const first = seed === undefined || seed === null ? BigInt(randomInt(2 ** 32)) : BigInt(String(seed));
  return Array.from({ length: typeof num_images === "number" ? num_images : 1 }, (_, index) => first + BigInt(index));
}

function stepsOf(model: Model, { num_inference_steps: asked }: Task): number {
  const standard = parametersOf(model).leaves.get("num_inference_steps")?.default;
  return Number(typeof asked === "number" ? asked : standard);
}

/** Longer addresses are pictures. */
const longestKept = 4096;

/** The input as it is remembered. */
function withoutPicture(task: Task): Task {
  const { image_url } = task;
  const isLong = typeof image_url === "string" && image_url.length > longestKept;
  return isLong ? { ...task, image_url: `(${image_url.length} characters)` } : task;
}
