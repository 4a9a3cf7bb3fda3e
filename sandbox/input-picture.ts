import { createHash } from "node:crypto";
import { uuid } from "../lib/models/formats";
import { pictureSize } from "../lib/models/picture";
import type { Context } from "./context";
import { readImage } from "./images/bytes";
import { longestSide } from "./images/canvas";
import type { KnownPicture } from "./images/drawing";
import type { ImageFile } from "./images/files";

/** Where nobody knows a picture's size. */
export const unknownSize = { width: 1024, height: 1024 };

/**
 * The file of a picture that a request holds or names; "elsewhere" where its address is not the sandbox's, "missing"
 * where it should be here, undefined where there is no picture in it.
 * @param url the sandbox's address as the caller knows it
 */
export async function findPicture(
  value: unknown,
  { url: ownUrl, images, jobs }: Context,
  url: string,
): Promise<ImageFile | "elsewhere" | "missing" | undefined> {
  if (typeof value !== "string") return "missing";
  if (uuid(value)) return (await images.file(value, jobs)) ?? "missing";
  const own = [url, ownUrl].find((base) => value.startsWith(`${base}/`));
  if (own !== undefined) {
    const id = /^\/images\/([0-9a-f-]{36})(?:\.\w+)?$/i.exec(value.slice(own.length))?.[1];
    return (id === undefined ? undefined : await images.file(id, jobs)) ?? "missing";
  }
  if (/^https?:\/\//i.test(value)) return "elsewhere";
  const image = readImage(value);
  return image?.kind === "bytes" ? image : undefined;
}

/** Keeps a picture for as long as there are jobs that show it, so that its own file may expire. */
export function keepPicture(file: ImageFile, { images }: Context): KnownPicture & { file: string } {
  const name = images.keepInput(file);
  return { fingerprint: name, file: name };
}

/** What stands for a picture whose bytes are not known. */
export const strangePicture = (value: unknown): KnownPicture => ({
  fingerprint: createHash("sha256").update(String(value)).digest("hex"),
});

/** The size of what is drawn from a picture: its own, or smaller where that is too large. */
export function drawnSize(bytes: Buffer): { width: number; height: number } {
  const { width, height } = pictureSize(bytes) ?? unknownSize;
  const scale = Math.min(1, longestSide / Math.max(width, height));
  const sideOf = (side: number): number => Math.max(1, Math.round(side * scale));
  return { width: sideOf(width), height: sideOf(height) };
}
