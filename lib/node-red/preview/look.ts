import { type PictureSize, type PictureType, pictureSize, pictureType } from "../../models/picture";
import { loadEncoder } from "../../pictures/encoder";
import { thumbnailOf } from "../../pictures/thumbnail";
import type { PreviewProblem } from "./preview-picture";

/** A picture file as a browser gets it. */
export interface ShownFile {
  bytes: Buffer;
  contentType: PictureType;
}

/** How a picture is shown: under its node, and enlarged. */
export interface Look extends Partial<PictureSize> {
  small?: ShownFile;
  large?: ShownFile;
  problem?: PreviewProblem;
}

/** Pictures up to this size are kept as they came, to be shown large. */
const MOST_KEPT_BYTES = 2 * 1024 * 1024;

/** Without an encoder there are no thumbnails: a picture up to this size is its own. */
const MOST_SMALL_BYTES = 1_000_000;

/** Larger ones keep a browser busy: a file of some kB can claim to be of any size. */
const MOST_PIXELS = 64 * 1024 * 1024;

/** Of the enlarged view, in pixels. */
const LARGE_SIDE = 1600;

/** What every browser shows. */
const BROWSER_TYPES: ReadonlySet<PictureType> = new Set(["image/png", "image/jpeg", "image/webp", "image/gif"]);

/**
 * Makes what is shown of a picture file. Never rejects.
 * @param side the longest one of the thumbnail, in pixels.
 */
export async function lookOf(bytes: Buffer, side: number): Promise<Look> {
  if ((await loadEncoder()) === undefined) return lookAsItIs(bytes);
  const size = pictureSize(bytes);
  const small = await thumbnailOf(bytes, side);
  if (small === undefined) return { ...size, problem: "unreadable" };
  const large = asItIs(bytes) ?? (await thumbnailOf(bytes, LARGE_SIDE));
  // Of a picture whose header is not read here, the proportions at least.
  const { width, height } = size ?? small;
  return { width, height, small, ...(large && { large }) };
}

/** The same without an encoder: what is small enough is shown as it is. */
export function lookAsItIs(bytes: Buffer): Look {
  const size = pictureSize(bytes);
  const isVast = size !== undefined && size.width * size.height > MOST_PIXELS;
  if (pictureType(bytes) === undefined || isVast) return { ...size, problem: "unreadable" };
  const file = asItIs(bytes);
  if (file === undefined) return { ...size, problem: "noEncoder" };
  if (bytes.length > MOST_SMALL_BYTES) return { ...size, large: file, problem: "noEncoder" };
  return { ...size, small: file, large: file };
}

function asItIs(bytes: Buffer): ShownFile | undefined {
  const contentType = pictureType(bytes);
  if (contentType === undefined || !BROWSER_TYPES.has(contentType) || bytes.length > MOST_KEPT_BYTES) return undefined;
  // A copy: the flow's own Buffer may be a small part of a large one.
  return { bytes: Buffer.from(bytes), contentType };
}
