import type { Schema } from "../schema";

/** The picture to start from: fal fetches it, or reads it out of a data URI. */
export const image_url: Schema = { type: "string", format: "image-url", "x-group": "image" };

/** How much of that picture is made anew. */
export const strength: Schema = {
  type: "number",
  minimum: 0.01,
  maximum: 1,
  default: 0.95,
  "x-group": "image",
};
