import type { Schema } from "../schema";

/** Pixels by preset. */
export const presetSizes = {
  square_hd: { width: 1024, height: 1024 },
  square: { width: 512, height: 512 },
  portrait_4_3: { width: 768, height: 1024 },
  portrait_16_9: { width: 576, height: 1024 },
  landscape_4_3: { width: 1024, height: 768 },
  landscape_16_9: { width: 1024, height: 576 },
} as const;

type PresetSize = keyof typeof presetSizes;

/** What fal takes where nobody says a size. */
export const standardPreset: PresetSize = "landscape_4_3";

/** What fal takes for a side that is not given while the other is, in pixels. */
export const STANDARD_SIDE = 512;

const side: Schema = { type: "integer", minimum: 1, maximum: 14142, default: STANDARD_SIDE, "x-unit": "px" };

/** A preset, or width and height. One of the two may be left out. */
export const image_size: Schema = {
  anyOf: [
    { type: "string", enum: Object.keys(presetSizes), default: standardPreset },
    { type: "object", additionalProperties: false, properties: { width: side, height: side } },
  ],
  "x-group": "size",
};
