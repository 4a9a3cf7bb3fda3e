import { glyph, glyphHeight, glyphWidth } from "./font";

/** Raw pixels, four bytes each: red, green, blue, alpha. */
export interface Canvas {
  width: number;
  height: number;
  pixels: Buffer;
}

/** The largest picture that the sandbox draws, in pixels per side: not every model publishes bounds, and some are vast. */
export const longestSide = 4096;

/** Red, green, blue, each 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

export const black: Colour = [0, 0, 0];

/** All white, and opaque. */
export function newCanvas(width: number, height: number): Canvas {
  return { width, height, pixels: Buffer.alloc(width * height * 4, 255) };
}

/** Hue 0 to 1 (wraps around), saturation and lightness 0 to 1. */
export function fromHsl(hue: number, saturation: number, lightness: number): Colour {
  const channel = (offset: number): number => {
    const k = (offset + hue * 12) % 12;
    const shade = lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(shade * 255);
  };
  return [channel(0), channel(8), channel(4)];
}

/** A colour between two others; `share` 0 is the first, 1 the second. */
export function blend(from: Colour, to: Colour, share: number): Colour {
  const channel = (index: 0 | 1 | 2): number => Math.round(from[index] + (to[index] - from[index]) * share);
  return [channel(0), channel(1), channel(2)];
}

/** A colour as one 32-bit pixel in the machine's own byte order. */
export function asPixel([red, green, blue]: Colour): number {
  const bytes = new Uint8Array([red, green, blue, 255]);
  return new Uint32Array(bytes.buffer)[0] ?? 0;
}

/** The canvas as 32-bit pixels, for fast painting. */
export const asPixels = ({ pixels, width, height }: Canvas): Uint32Array =>
  new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);

/** Darkens rows from `top` up to `bottom`; `keep` is what remains of the brightness, 0 to 1. They become opaque. */
export function darkenRows({ width, height, pixels }: Canvas, top: number, bottom: number, keep: number): void {
  for (let at = Math.max(0, top) * width * 4; at < width * Math.min(height, bottom) * 4; at += 4) {
    pixels[at] = (pixels[at] ?? 0) * keep;
    pixels[at + 1] = (pixels[at + 1] ?? 0) * keep;
    pixels[at + 2] = (pixels[at + 2] ?? 0) * keep;
    pixels[at + 3] = 255;
  }
}

/** Writes one line of ASCII text; every dot of the font becomes `scale` pixels square. */
export function writeText(
  canvas: Canvas,
  text: string,
  left: number,
  top: number,
  scale: number,
  colour: Colour,
): void {
  const pixel = asPixel(colour);
  const target = asPixels(canvas);
  let x = left;
  for (const character of text) {
    for (const [column, dots] of glyph(character).entries()) {
      for (let row = 0; row < glyphHeight; row++) {
        if ((dots >> row) & 1) fillSquare(canvas, target, x + column * scale, top + row * scale, scale, pixel);
      }
    }
    x += (glyphWidth + 1) * scale;
  }
}

/** Fills a disc; `target` is the canvas as pixels. */
export function fillDisc(
  { width, height }: Canvas,
  target: Uint32Array,
  x: number,
  y: number,
  radius: number,
  pixel: number,
): void {
  for (let row = Math.max(0, Math.ceil(y - radius)); row < Math.min(height, y + radius); row++) {
    const half = Math.sqrt(Math.max(0, radius ** 2 - (row - y) ** 2));
    const left = Math.max(0, Math.round(x - half));
    const right = Math.min(width, Math.round(x + half));
    if (left < right) target.fill(pixel, row * width + left, row * width + right);
  }
}

/** Puts a picture on another; what would stand out is cut off. */
export function paste(canvas: Canvas, picture: Canvas, left: number, top: number): void {
  const width = Math.min(picture.width, canvas.width - left);
  for (let y = 0; y < Math.min(picture.height, canvas.height - top); y++) {
    const row = picture.pixels.subarray(y * picture.width * 4, (y * picture.width + width) * 4);
    row.copy(canvas.pixels, ((top + y) * canvas.width + left) * 4);
  }
}

function fillSquare(
  { width, height }: Canvas,
  target: Uint32Array,
  left: number,
  top: number,
  side: number,
  pixel: number,
): void {
  const right = Math.min(width, left + side);
  if (left >= right) return;
  for (let y = Math.max(0, top); y < Math.min(height, top + side); y++) {
    target.fill(pixel, y * width + Math.max(0, left), y * width + right);
  }
}
