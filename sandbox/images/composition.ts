import type Sharp from "sharp";
import { asPixel, asPixels, type Canvas, type Colour, darkenRows, newCanvas, paste, writeText } from "./canvas";
import { decodeSmall } from "./decoding";
import type { KnownPicture } from "./drawing";
import { layOut, lettersIn, lineHeight } from "./layout";

/** One thing that a request was composed of, as its picture shows it. */
export interface Part {
  /** Parts of a kind are shortened together: LoRA, ControlNet. */
  kind: string;
  /** Behind the kind: "civitai:1@2 x0.8". */
  text: string;
  /** Stand beside the text, small. */
  pictures: readonly KnownPicture[];
}

/** The share of the width from which on small pictures stand. */
const pictureColumn = 0.55;

const panelOpacity = 0.25;
const textColour: Colour = [160, 255, 190];

/**
 * Writes what a picture was composed of at its upper edge: a line for each part, with its pictures at the right. Where
 * there are many, some of each kind and how many more.
 */
export async function drawComposition(
  canvas: Canvas,
  parts: readonly Part[],
  bytesOf: (name: string) => Buffer | undefined,
  sharp: typeof Sharp | undefined,
): Promise<void> {
  const { width, height } = canvas;
  const layout = layOut(parts, { width, height });
  if (layout === undefined) return;
  const { rows, scale, margin, side } = layout;
  darkenRows(canvas, 0, layout.bottom, panelOpacity);
  let top = scale;
  for (const row of rows) {
    let left = width - margin;
    for (const picture of row.pictures.toReversed()) {
      const small = await thumbnail(picture, side, bytesOf, sharp);
      if (left - small.width < width * pictureColumn) break;
      left -= small.width;
      paste(canvas, small, left, top);
      left -= scale;
    }
    const text = clip(row.text, lettersIn(left - margin, scale));
    writeText(canvas, text, margin, top + Math.floor((row.height - lineHeight * scale) / 2) + scale, scale, textColour);
    top += row.height;
  }
}

const clip = (text: string, room: number): string =>
  text.length <= room ? text : `${text.slice(0, Math.max(0, room - 2))}..`;

/** A picture small; a crossed box where its pixels are not known. */
async function thumbnail(
  { file }: KnownPicture,
  side: number,
  bytesOf: (name: string) => Buffer | undefined,
  sharp: typeof Sharp | undefined,
): Promise<Canvas> {
  const bytes = file === undefined ? undefined : bytesOf(file);
  const small = bytes && (await decodeSmall(bytes, { width: 2 * side, height: side }, sharp));
  return small ?? crossedBox(side);
}

function crossedBox(side: number): Canvas {
  const canvas = newCanvas(side, side);
  const target = asPixels(canvas);
  target.fill(asPixel([90, 90, 90]));
  const pixel = asPixel([200, 200, 200]);
  for (let at = 0; at < side; at++) {
    for (const to of [at, (side - 1) * side + at, at * side, at * side + side - 1]) target[to] = pixel;
    target[at * side + at] = pixel;
    target[at * side + side - 1 - at] = pixel;
  }
  return canvas;
}
