import { promisify } from "node:util";
import { crc32, deflate } from "node:zlib";
import type { Canvas } from "./canvas";

const compress = promisify(deflate);

/** Encodes a PNG file with nothing but Node: 8 bits per channel, with or without alpha. */
export async function encodePng({ width, height, pixels }: Canvas, alpha: boolean): Promise<Buffer> {
  const channels = alpha ? 4 : 3;
  const row = 1 + width * channels;
  const filtered = Buffer.alloc(row * height);
  for (let y = 0; y < height; y++) {
    let at = y * row;
    filtered[at++] = 1; // Filter "Sub": each byte less its left neighbour's, which turns plain areas into zeros.
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 4;
      for (let channel = 0; channel < channels; channel++) {
        const left = x === 0 ? 0 : (pixels[from - 4 + channel] ?? 0);
        filtered[at++] = (pixels[from + channel] ?? 0) - left;
      }
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, alpha ? 6 : 2], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", await compress(filtered)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
