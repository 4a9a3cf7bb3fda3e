import { createHash } from "node:crypto";
import { pictureSize, pictureType } from "../../lib/models/picture";
import type { Context } from "../context";
import { readImage } from "../images/bytes";
import { longestSide } from "../images/canvas";
import type { InputPicture } from "../images/drawing";
import type { ImageFile } from "../images/files";
import type { Task } from "../jobs";
import { type Detail, detail } from "./validation";

/** The picture that a job starts from, and the size that the outcome gets from it. */
export interface Start {
  input: InputPicture;
  width: number;
  height: number;
}

/** Where nobody knows the input's size. */
const unknownSize = { width: 1024, height: 1024 };

const standardStrength = 0.95;

/** Finds the picture of `image_url`: in this sandbox, in the request, or elsewhere and then taken on trust. */
export async function readStart(task: Task, context: Context, url: string): Promise<Start | Detail> {
  const { image_url, strength = standardStrength } = task;
  const label = `i2i strength ${strength}`;
  const file = await fileBehind(image_url, context, url);
  if (file === "elsewhere") {
    const fingerprint = createHash("sha256").update(String(image_url)).digest("hex");
    return { input: { fingerprint, label }, ...unknownSize };
  }
  if (file === "missing") {
    return detail(["image_url"], "file_download_error", "There is no file at this address.", image_url);
  }
  if (file === undefined || pictureType(file.bytes) === undefined) {
    return detail(["image_url"], "image_load_error", "This is no picture file.", image_url);
  }
  const name = context.images.keepInput(file);
  const size = pictureSize(file.bytes) ?? unknownSize;
  const scale = Math.min(1, longestSide / Math.max(size.width, size.height));
  const sideOf = (side: number): number => Math.max(1, Math.round(side * scale));
  return {
    input: { fingerprint: name, file: name, label },
    width: sideOf(size.width),
    height: sideOf(size.height),
  };
}

async function fileBehind(
  address: unknown,
  { url: ownUrl, images, jobs }: Context,
  url: string,
): Promise<ImageFile | "elsewhere" | "missing" | undefined> {
  if (typeof address !== "string") return "missing";
  const own = [url, ownUrl].find((base) => address.startsWith(`${base}/`));
  if (own !== undefined) {
    const id = /^\/images\/([0-9a-f-]{36})(?:\.\w+)?$/i.exec(address.slice(own.length))?.[1];
    return (id === undefined ? undefined : await images.file(id, jobs)) ?? "missing";
  }
  if (/^https?:\/\//i.test(address)) return "elsewhere";
  if (!address.startsWith("data:")) return "missing";
  const image = readImage(address);
  return image?.kind === "bytes" ? image : undefined;
}
