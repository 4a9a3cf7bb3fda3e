import { presetSizes, STANDARD_SIDE, standardPreset } from "../../lib/models/fragments/fal/size";
import type { Model } from "../../lib/models/model";
import type { Context } from "../context";
import type { Drawing } from "../images/drawing";
import type { Task } from "../jobs";
import { readStart } from "./input-picture";
import { type Detail, detail, validateInput } from "./validation";

/** What an input asks for, or all that is wrong with it. */
export type Reading = { task: Task; drawing: Drawing } | { task: Task; mistakes: Detail[] };

/** Reads the body of a request for pictures. */
export async function readInput(model: Model, input: unknown, context: Context, url: string): Promise<Reading> {
  if (!isTask(input)) {
    return { task: {}, mistakes: [detail([], "model_attributes_type", "The input is not a JSON object.", input)] };
  }
  const mistakes = validateInput(model, input);
  if (mistakes.length > 0) return { task: input, mistakes };
  const start = model.imageParameter === undefined ? sizeOf(input) : await readStart(input, context, url);
  if ("loc" in start) return { task: input, mistakes: [start] };
  const drawing = { model: model.id, prompt: String(input.prompt), transparent: false, ...start };
  return { task: input, drawing };
}

const isTask = (input: unknown): input is Task => typeof input === "object" && input !== null && !Array.isArray(input);

/** Pixels of a text to image request. */
function sizeOf({ image_size }: Task): { width: number; height: number } {
  if (typeof image_size !== "object" || image_size === null) {
    return Object.entries(presetSizes).find(([name]) => name === image_size)?.[1] ?? presetSizes[standardPreset];
  }
  const { width = STANDARD_SIDE, height = STANDARD_SIDE } = image_size as { width?: number; height?: number };
  return { width, height };
}
