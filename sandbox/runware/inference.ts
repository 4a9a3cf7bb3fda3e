import { randomInt } from "node:crypto";
import type { Context } from "../context";
import type { Sender } from "../http";
import type { Task } from "../jobs";
import { priceOfPicture } from "../prices";
import { acceptTask } from "./accept";
import { type Answer, refused } from "./answer";
import { readComposition } from "./composition";
import { sizeOf } from "./request";
import { validateInference } from "./validation";

/** Seeds are int64 on the wire. */
const seedRange = 2n ** 63n;

/** imageInference: pictures for a prompt. */
export async function inferImages(task: Task, context: Context, sender: Sender): Promise<Answer> {
  const violations = validateInference(task, context);
  if (violations.length > 0) return refused(...violations);
  const format = await context.images.formatFor(task.outputFormat);
  const composition = await readComposition(task, context, sender.url);
  const model = String(task.model);
  const { width, height } = sizeOf(task);
  const drawing = {
    model,
    prompt: String(task.positivePrompt),
    width,
    height,
    transparent: task.layerDiffuse === true && format !== "JPG",
    ...(composition.length > 0 ? { composition } : {}),
  };
  const price = priceOfPicture(model, width, height, typeof task.steps === "number" ? task.steps : 28);
  return acceptTask(task, { drawing, format, seeds: seedsOf(task), price }, "positivePrompt", context, sender);
}

/** One for each picture: they count up from the first. */
function seedsOf({ seed, numberResults }: Task): bigint[] {
  const count = typeof numberResults === "number" ? numberResults : 1;
  const first = seed === undefined ? BigInt(randomInt(2 ** 32)) : BigInt(String(seed));
  return Array.from({ length: count }, (_, index) => (first + BigInt(index)) % seedRange);
}
