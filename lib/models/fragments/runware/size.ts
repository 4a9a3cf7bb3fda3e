import type { Schema } from "../schema";

const pixels: Schema = {
  type: "integer",
  minimum: 128,
  maximum: 2048,
  multipleOf: 16,
  "x-group": "size",
  "x-unit": "px",
};

/** Width and height of a model that makes pictures from text. */
export const size = { width: pixels, height: pixels } satisfies Record<string, Schema>;

const unboundedPixels: Schema = { type: "integer", minimum: 1, "x-group": "size", "x-unit": "px" };

/** Width and height of a model whose document publishes no bounds. */
export const unboundedSize = { width: unboundedPixels, height: unboundedPixels } satisfies Record<string, Schema>;

/** Width and height together, or neither. */
export const sizeInPairs = { width: ["height"], height: ["width"] } as const;
