import type Sharp from "sharp";
import type { Canvas } from "./canvas";
import { encodePng } from "./png";

export type Format = "JPG" | "PNG" | "WEBP";

export const contentTypes: Readonly<Record<Format, string>> = {
  JPG: "image/jpeg",
  PNG: "image/png",
  WEBP: "image/webp",
};
export const extensions: Readonly<Record<Format, string>> = { JPG: "jpg", PNG: "png", WEBP: "webp" };

/**
 * Encodes a picture. Without an encoder only PNG can be made.
 * @param quality 1 to 100, for JPG and WEBP
 */
export async function encode(
  canvas: Canvas,
  format: Format,
  quality: number,
  alpha: boolean,
  sharp: typeof Sharp | undefined,
): Promise<Buffer> {
  if (sharp === undefined || format === "PNG") return encodePng(canvas, alpha);
  const { width, height, pixels } = canvas;
  const image = sharp(pixels, { raw: { width, height, channels: 4 } });
  if (format === "JPG") return image.removeAlpha().jpeg({ quality }).toBuffer();
  return (alpha ? image : image.removeAlpha()).webp({ quality, effort: 2 }).toBuffer();
}
