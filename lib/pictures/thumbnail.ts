import { pictureType } from "../models/picture";
import { type Encoder, loadEncoder } from "./encoder";

/** A picture made small. */
export interface Thumbnail {
  bytes: Buffer;
  contentType: "image/webp";
  width: number;
  height: number;
}

/** Larger pictures are not decoded: a file of some kB can claim to be of any size. */
const MOST_INPUT_PIXELS = 64 * 1024 * 1024;

/** Seconds; what takes longer was made to take long. */
const LONGEST = 10;

const QUALITY = 80;

/** Thumbnails are made one after the other: a burst of pictures is not to take all processors from the flows. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Makes a picture small, upright and without its metadata. A smaller one keeps its size.
 *
 * @param longestSide in pixels.
 * @returns undefined when there is no encoder, or when the bytes are no picture that it can read; never rejects.
 */
export function thumbnailOf(bytes: Buffer, longestSide: number): Promise<Thumbnail | undefined> {
  const made = turn.then(() => make(bytes, longestSide)).catch(() => undefined);
  turn = made;
  return made;
}

async function make(bytes: Buffer, longestSide: number): Promise<Thumbnail | undefined> {
  // The encoder reads drawings and documents too, which may ask for files and addresses.
  if (pictureType(bytes) === undefined) return undefined;
  const encoder = await loadEncoder();
  return encoder && encoded(encoder, bytes, longestSide);
}

async function encoded(encoder: Encoder, bytes: Buffer, longestSide: number): Promise<Thumbnail> {
  const limits = { limitInputPixels: MOST_INPUT_PIXELS, failOn: "error", sequentialRead: true } as const;
  const { data, info } = await encoder(bytes, { ...limits, autoOrient: true })
    .timeout({ seconds: LONGEST })
    .resize({ width: longestSide, height: longestSide, fit: "inside", withoutEnlargement: true })
    .toColourspace("srgb")
    .webp({ quality: QUALITY, effort: 2 })
    .toBuffer({ resolveWithObject: true });
  return { bytes: data, contentType: "image/webp", width: info.width, height: info.height };
}
