import type { Schema } from "../schema";
import { image } from "./image";

/** The pictures that an SRPO or Krea request starts from. */
export const seedAndMask: Schema = {
  type: "object",
  additionalProperties: false,
  properties: { seedImage: image, maskImage: image },
  "x-group": "image",
};

export const strength: Schema = {
  type: "number",
  minimum: 0,
  maximum: 1,
  multipleOf: 0.01,
  default: 0.8,
  "x-group": "image",
};

export const maskMargin: Schema = { type: "integer", minimum: 32, maximum: 128, "x-group": "image", "x-unit": "px" };

const extension: Schema = { type: "integer", minimum: 0, "x-unit": "px" };

/** Krea's page names no members; its service takes SRPO's. */
export const outpaint: Schema = {
  type: "object",
  additionalProperties: false,
  properties: { top: extension, right: extension, bottom: extension, left: extension },
  "x-group": "image",
};
