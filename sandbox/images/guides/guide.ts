import { createHash } from "node:crypto";
import type Sharp from "sharp";
import { type Canvas, darkenRows, newCanvas, writeText } from "../canvas";
import { decode, decodeSmall, resize } from "../decoding";
import type { KnownPicture } from "../drawing";
import { glyphHeight } from "../font";
import { lettersIn } from "../layout";
import { chanceFrom, drawHills } from "../scenes";
import { canny, lineart, scribble, softEdges, straightLines } from "./edges";
import { stickFigure } from "./pose";
import { depth, mosaic, normals, segments, shuffled } from "./surfaces";

/** What a preprocessor makes of a picture: the guide image for a ControlNet. */
export interface Guide {
  /** Which preprocessor: canny, openpose. */
  kind: string;
  input: KnownPicture;
  width: number;
  height: number;
  /** Canny's thresholds. */
  low: number;
  high: number;
  /** Openpose: hands and face too. */
  details: boolean;
}

type Draw = (picture: Canvas, guide: Guide) => Canvas;

const preprocessors: Readonly<Record<string, Draw>> = {
  canny: (picture, { low, high }) => canny(picture, { low, high }),
  depth,
  lineart: (picture) => lineart(picture, 0.5),
  "lineart-anime": (picture) => lineart(picture, 2),
  mlsd: straightLines,
  normalbae: normals,
  openpose: (picture, { details }) => stickFigure(picture, details),
  scribble,
  seg: segments,
  shuffle: (picture, { input }) => shuffled(picture, chanceFrom(hashOf(input))),
  softedge: softEdges,
  tile: mosaic,
};

/** Larger pictures are preprocessed smaller, in pixels per side, and the outcome is enlarged: photographs are vast. */
const longestWorked = 1536;

/** Draws a guide image from its input's bytes, or from a stand-in where they are not known or not readable. */
export async function drawGuide(
  guide: Guide,
  bytes: Buffer | undefined,
  sharp: typeof Sharp | undefined,
): Promise<Canvas> {
  const { kind, width, height, input } = guide;
  const scale = Math.min(1, longestWorked / Math.max(width, height));
  const worked = { width: Math.ceil(width * scale), height: Math.ceil(height * scale) };
  const decoded = bytes && (await (scale < 1 ? decodeSmall(bytes, worked, sharp) : decode(bytes, sharp)));
  const picture = decoded ? resize(decoded, worked.width, worked.height) : standIn(input, worked);
  const canvas = resize((preprocessors[kind] ?? softEdges)(picture, guide), width, height);
  stamp(canvas, guide);
  return canvas;
}

const hashOf = ({ fingerprint }: KnownPicture): Buffer => createHash("sha256").update(fingerprint).digest();

/** Something to preprocess where nobody knows the picture: the same for the same address. */
function standIn(input: KnownPicture, { width, height }: { width: number; height: number }): Canvas {
  const canvas = newCanvas(width, height);
  drawHills(canvas, chanceFrom(hashOf(input)));
  return canvas;
}

/** One small line at the lower edge that says what this is. */
function stamp(canvas: Canvas, { kind, width, height, low, high }: Guide): void {
  const scale = Math.max(1, Math.round(Math.min(width, height) / 640));
  const thresholds = kind === "canny" ? ` ${low}-${high}` : "";
  const room = lettersIn(width - 2 * scale, scale);
  const top = height - (glyphHeight + 1) * scale;
  if (room < kind.length || top < height / 2) return;
  const text = [`SANDBOX guide ${kind}${thresholds}`, `guide ${kind}`].find(({ length }) => length <= room) ?? kind;
  darkenRows(canvas, top - scale, height, 0.2);
  writeText(canvas, text, scale, top, scale, [255, 214, 120]);
}
