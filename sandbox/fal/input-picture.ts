import { pictureType } from "../../lib/models/picture";
import type { Context } from "../context";
import type { InputPicture } from "../images/drawing";
import { drawnSize, findPicture, keepPicture, strangePicture, unknownSize } from "../input-picture";
import type { Task } from "../jobs";
import { type Detail, detail } from "./validation";

/** The picture that a job starts from, and the size that the outcome gets from it. */
export interface Start {
  input: InputPicture;
  width: number;
  height: number;
}

const standardStrength = 0.95;

/** Finds the picture of `image_url`: in this sandbox, in the request, or elsewhere and then taken on trust. */
export async function readStart(task: Task, context: Context, url: string): Promise<Start | Detail> {
  const { image_url, strength = standardStrength } = task;
  const label = `i2i strength ${strength}`;
  const file = await findPicture(image_url, context, url);
  if (file === "elsewhere") return { input: { ...strangePicture(image_url), label }, ...unknownSize };
  if (file === "missing") {
    return detail(["image_url"], "file_download_error", "There is no file at this address.", image_url);
  }
  if (file === undefined || pictureType(file.bytes) === undefined) {
    return detail(["image_url"], "image_load_error", "This is no picture file.", image_url);
  }
  return { input: { ...keepPicture(file, context), label }, ...drawnSize(file.bytes) };
}
