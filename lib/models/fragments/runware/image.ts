import type { Schema } from "../schema";

/** A picture: http(s) URL, UUID of an uploaded picture, image data URI, or base64 of a picture file. */
export const image: Schema = { type: "string", format: "image" };

/** Exactly one picture, in a list. */
export const oneImageList: Schema = { type: "array", minItems: 1, maxItems: 1, items: image };

/** One picture or more. */
export const imageList: Schema = { type: "array", minItems: 1, items: image };
