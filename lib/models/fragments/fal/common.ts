import type { Schema } from "../schema";

/** fal names no longest prompt. */
export const prompt: Schema = { type: "string", format: "not-blank", "x-group": "prompt", "x-kind": "prompt" };

/** fal names no bounds; smaller ones would need digits of their own. `null` is the same as none. */
const seed: Schema = {
  type: ["integer", "string", "null"],
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
  format: "wide-seed",
  "x-group": "sampling",
};

/** How the picture comes about, beside the number of steps, whose range differs by endpoint. */
export const sampling = {
  guidance_scale: { type: "number", minimum: 1, maximum: 20, default: 4.5, "x-group": "sampling" },
  seed,
} satisfies Record<string, Schema>;

/** What comes back and in which form. */
export const output = {
  num_images: { type: "integer", minimum: 1, maximum: 4, default: 1, "x-group": "output" },
  output_format: { type: "string", enum: ["jpeg", "png"], default: "jpeg", "x-group": "output" },
  enable_safety_checker: { type: "boolean", default: true, "x-group": "output" },
  sync_mode: { type: "boolean", default: false, "x-group": "output", "x-owned": true },
} satisfies Record<string, Schema>;

export const acceleration: Schema = {
  type: "string",
  enum: ["none", "regular", "high"],
  default: "none",
  "x-group": "advanced",
};

/** The number of steps; image to image needs more of them. */
export const steps = (minimum: number, standard: number): Schema => ({
  type: "integer",
  minimum,
  maximum: 50,
  default: standard,
  "x-group": "sampling",
});
