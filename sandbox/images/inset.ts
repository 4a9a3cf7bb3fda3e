import type Sharp from "sharp";
import { type Canvas, paste } from "./canvas";
import { decodeSmall } from "./decoding";

/** The share of the picture's sides that the input takes at most. */
const share = 0.3;

/** Puts the picture that a model started from small into the upper right corner. What is no picture is left out. */
export async function inset(canvas: Canvas, input: Buffer, sharp: typeof Sharp | undefined): Promise<void> {
  const room = { width: Math.floor(canvas.width * share), height: Math.floor(canvas.height * share) };
  if (room.width < 1 || room.height < 1) return;
  const small = await decodeSmall(input, room, sharp);
  if (small !== undefined) paste(canvas, small, canvas.width - small.width, 0);
}
