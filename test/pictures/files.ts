import { crc32 } from "node:zlib";
import sharp, { type CreateRaw, type Sharp } from "sharp";

const side = 96;

/** Colours that no encoder can make small: the files are longer than what is looked at first. */
function noise(channels: 3 | 4, { height = side, ...more }: Partial<CreateRaw> = {}): Sharp {
  const pixels = Buffer.alloc(side * height * channels);
  for (let at = 0, state = 7; at < pixels.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    pixels[at] = state >>> 24;
  }
  return sharp(pixels, { raw: { width: side, height, channels, ...more } });
}

const photograph = (): Sharp =>
  noise(3)
    .withIccProfile("p3")
    .withExif({ IFD0: { Copyright: "somebody" } });

/** Files of every kind that a service, or a node in between, may bring. */
export const files: Readonly<Record<string, () => Promise<Buffer>>> = {
  "a PNG": () => noise(3).png().toBuffer(),
  "a PNG with alpha, profile and EXIF": () =>
    noise(4)
      .withIccProfile("p3")
      .withExif({ IFD0: { Copyright: "somebody" } })
      .png()
      .toBuffer(),
  "an interlaced PNG": () => noise(3).png({ progressive: true }).toBuffer(),
  "a baseline JPEG": () => noise(3).jpeg().toBuffer(),
  "a progressive JPEG": () => noise(3).jpeg({ progressive: true }).toBuffer(),
  "a JPEG with EXIF and profile": () => photograph().jpeg().toBuffer(),
  "a JPEG with JFIF header": async () => withJfif(await noise(3).jpeg().toBuffer()),
  "a lossy WEBP": () => noise(3).webp().toBuffer(),
  "a lossless WEBP": () => noise(3).webp({ lossless: true }).toBuffer(),
  "a lossless WEBP with alpha": () => noise(4).webp({ lossless: true }).toBuffer(),
  "a lossy WEBP with alpha": () => noise(4).webp().toBuffer(),
  "a WEBP with profile and EXIF": () => photograph().webp().toBuffer(),
  "an animated WEBP": () =>
    noise(4, { height: 2 * side, pageHeight: side })
      .webp({ loop: 0 })
      .toBuffer(),
};

const afterStart = (jpeg: Buffer, segment: Buffer): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);

const withJfif = (jpeg: Buffer): Buffer => {
  const header = Buffer.from("ffe000104a46494600010100000100010000", "hex");
  return jpeg.includes(header.subarray(0, 9)) ? jpeg : afterStart(jpeg, header);
};

/** A segment of a JPEG, put in after its start. */
export function withSegment(jpeg: Buffer, marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return afterStart(jpeg, Buffer.concat([head, content]));
}

/** A chunk of a PNG. */
export function pngChunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** A chunk of a RIFF file. */
export function riffChunk(name: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.from(name, "latin1"), length, content, Buffer.alloc(content.length % 2)]);
}

/** A WEBP with this size in its header: of all that follows, where none is given. */
export function riff(chunks: Buffer, size = chunks.length + 4): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(size);
  return Buffer.concat([Buffer.from("RIFF"), length, Buffer.from("WEBP"), chunks]);
}
