import type Sharp from "sharp";
import type { Canvas } from "./canvas";

/** The share of the picture's sides that the input takes at most. */
const share = 0.3;

/** Puts the picture that a model started from small into the upper right corner. What is no picture is left out. */
export async function inset(canvas: Canvas, input: Buffer, sharp: typeof Sharp): Promise<void> {
  const [width, height] = [Math.floor(canvas.width * share), Math.floor(canvas.height * share)];
  if (width < 1 || height < 1) return;
  const small = await sharp(input)
    .resize({ width, height, fit: "inside" })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(() => undefined);
  if (small === undefined) return;
  const left = canvas.width - small.info.width;
  for (let y = 0; y < small.info.height; y++) {
    const row = small.data.subarray(y * small.info.width * 4, (y + 1) * small.info.width * 4);
    row.copy(canvas.pixels, (y * canvas.width + left) * 4);
  }
}
