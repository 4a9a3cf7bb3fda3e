import { inflateSync } from "node:zlib";
import { type Canvas, newCanvas } from "./canvas";

/** Larger pictures are not decoded, in pixels. */
const mostPixels = 64 * 1024 * 1024;

/** Samples per pixel by PNG's colour type: grey, RGB, palette, grey with alpha, RGB with alpha. */
const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The passes of an interlaced file (Adam7): first column, first row, steps. A plain file is one pass over everything. */
const interlaced = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const plain = [[0, 0, 1, 1]] as const;

interface Header {
  width: number;
  height: number;
  depth: number;
  colourType: number;
  isInterlaced: boolean;
}

/** What a file's chunks hold. */
interface Content extends Header {
  palette: Buffer;
  /** Alpha by palette entry, or the one colour that is transparent. */
  transparency: Buffer | undefined;
  packed: Buffer;
}

/** Decodes a PNG file of any kind with nothing but Node; undefined for what is none, is broken, or is far too large. */
export function decodePng(file: Buffer): Canvas | undefined {
  try {
    const content = readChunks(file);
    return content && unpack(content);
  } catch {
    return undefined; // Cut off, or not what its chunks say.
  }
}

function readChunks(file: Buffer): Content | undefined {
  if (file.length < 33 || file.readUInt32BE(0) !== 0x89504e47) return undefined;
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const [depth = 0, colourType = 0, , , interlace = 0] = file.subarray(24, 29);
  if (width * height === 0 || width * height > mostPixels || samplesOf[colourType] === undefined) return undefined;
  const pieces: Buffer[] = [];
  let palette = Buffer.alloc(0);
  let transparency: Buffer | undefined;
  for (let at = 8; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    const name = file.toString("latin1", at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + length);
    if (name === "IDAT") pieces.push(body);
    if (name === "PLTE") palette = Buffer.from(body);
    if (name === "tRNS") transparency = body;
    if (name === "IEND") break;
    at += 12 + length;
  }
  const isInterlaced = interlace === 1;
  return { width, height, depth, colourType, isInterlaced, palette, transparency, packed: Buffer.concat(pieces) };
}

function unpack(content: Content): Canvas {
  const { width, height, depth, colourType, isInterlaced, packed } = content;
  const samples = samplesOf[colourType] ?? 1;
  const bitsPerPixel = samples * depth;
  const passes = isInterlaced ? interlaced : plain;
  // As much as the picture can take, whatever the file claims to hold.
  const most = height * (2 + Math.ceil((width * bitsPerPixel) / 8)) * 2 + 1024;
  const bytes = inflateSync(packed, { maxOutputLength: most });
  const canvas = newCanvas(width, height);
  const colour = colourReader(content, samples);
  let at = 0;
  for (const [left, top, across, down] of passes) {
    const columns = Math.ceil((width - left) / across);
    const rows = Math.ceil((height - top) / down);
    if (columns <= 0 || rows <= 0) continue;
    const length = Math.ceil((columns * bitsPerPixel) / 8);
    let above = Buffer.alloc(length);
    for (let row = 0; row < rows; row++) {
      const line = bytes.subarray(at + 1, at + 1 + length);
      undoFilter(bytes[at] ?? 0, line, above, Math.max(1, bitsPerPixel >> 3));
      for (let column = 0; column < columns; column++) {
        colour(line, column, canvas.pixels, ((top + row * down) * width + left + column * across) * 4);
      }
      above = line;
      at += 1 + length;
    }
  }
  return canvas;
}

/** Takes back, in place, what the encoder did to a line; `step` is how many bytes to the left the pixel before is. */
function undoFilter(filter: number, line: Buffer, above: Buffer, step: number): void {
  for (let at = 0; at < line.length; at++) {
    const left = at < step ? 0 : (line[at - step] ?? 0);
    const up = above[at] ?? 0;
    let guess = 0;
    if (filter === 1) guess = left;
    else if (filter === 2) guess = up;
    else if (filter === 3) guess = (left + up) >> 1;
    else if (filter === 4) guess = paeth(left, up, at < step ? 0 : (above[at - step] ?? 0));
    line[at] = (line[at] ?? 0) + guess;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const sum = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(sum - left), Math.abs(sum - up), Math.abs(sum - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** Puts the pixel in a line's `column` into `target` at `to`. */
type ColourReader = (line: Buffer, column: number, target: Buffer, to: number) => void;

function colourReader({ colourType, depth, palette, transparency }: Content, samples: number): ColourReader {
  const sample = (line: Buffer, index: number): number => {
    if (depth === 8) return line[index] ?? 0;
    if (depth === 16) return line.readUInt16BE(index * 2);
    const bit = index * depth;
    return ((line[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
  };
  const largest = 2 ** depth - 1;
  const byte = (value: number): number => Math.round((value * 255) / largest);
  if (colourType === 3) {
    return (line, column, target, to) => {
      const index = sample(line, column);
      palette.copy(target, to, index * 3, index * 3 + 3);
      target[to + 3] = transparency?.[index] ?? 255;
    };
  }
  const isGrey = samples < 3;
  const hasAlpha = samples % 2 === 0;
  const clear = transparency && !hasAlpha ? transparency : undefined;
  return (line, column, target, to) => {
    let isClear = clear !== undefined;
    for (let channel = 0; channel < 3; channel++) {
      const index = isGrey ? 0 : channel;
      const value = sample(line, column * samples + index);
      target[to + channel] = byte(value);
      if (clear && value !== clear.readUInt16BE(index * 2)) isClear = false;
    }
    target[to + 3] = hasAlpha ? byte(sample(line, column * samples + samples - 1)) : isClear ? 0 : 255;
  };
}
