import type Sharp from "sharp";
import { asPixels, type Canvas, newCanvas } from "./canvas";
import { decodePng } from "./decode-png";

/** The pixels of a picture file: of a PNG always, of others where the optional encoder is there. */
export async function decode(file: Buffer, sharp: typeof Sharp | undefined): Promise<Canvas | undefined> {
  return decodePng(file) ?? (await withSharp(file, sharp));
}

/** A picture no larger than `width` x `height`, its proportions kept. */
export async function decodeSmall(
  file: Buffer,
  { width, height }: { width: number; height: number },
  sharp: typeof Sharp | undefined,
): Promise<Canvas | undefined> {
  if (sharp !== undefined) return withSharp(file, sharp, { width, height });
  const whole = decodePng(file);
  if (whole === undefined) return undefined;
  const scale = Math.min(width / whole.width, height / whole.height);
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  return resize(whole, side(whole.width), side(whole.height));
}

async function withSharp(
  file: Buffer,
  sharp: typeof Sharp | undefined,
  within?: { width: number; height: number },
): Promise<Canvas | undefined> {
  if (sharp === undefined) return undefined;
  const picture = within === undefined ? sharp(file) : sharp(file).resize({ ...within, fit: "inside" });
  const raw = await picture
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(() => undefined);
  return raw && { width: raw.info.width, height: raw.info.height, pixels: raw.data };
}

/** The picture in another size: each pixel is the mean of those that it stands for, or the nearest where it has none. */
export function resize(from: Canvas, width: number, height: number): Canvas {
  if (from.width === width && from.height === height) return from;
  const to = newCanvas(width, height);
  if (width >= from.width && height >= from.height) return enlarge(from, to);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = span(y, height, from.height);
    for (let x = 0; x < width; x++) {
      const [left, right] = span(x, width, from.width);
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) {
            sum += from.pixels[(row * from.width + column) * 4 + channel] ?? 0;
          }
        }
        to.pixels[(y * width + x) * 4 + channel] = Math.round(sum / ((bottom - top) * (right - left)));
      }
    }
  }
  return to;
}

function enlarge(from: Canvas, to: Canvas): Canvas {
  const [source, target] = [asPixels(from), asPixels(to)];
  for (let y = 0; y < to.height; y++) {
    const row = Math.floor((y * from.height) / to.height) * from.width;
    for (let x = 0; x < to.width; x++) {
      target[y * to.width + x] = source[row + Math.floor((x * from.width) / to.width)] ?? 0;
    }
  }
  return to;
}

/** Which of `from` places the place `at` of `to` stands for: from the first up to, not including, the second. */
function span(at: number, to: number, from: number): [number, number] {
  const first = Math.floor((at * from) / to);
  return [first, Math.max(first + 1, Math.floor(((at + 1) * from) / to))];
}
