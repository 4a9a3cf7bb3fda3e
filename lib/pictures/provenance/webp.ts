import { pictureSize } from "../../models/picture";
import { type Edit, growthOf, notYet, type Plan, type Seen } from "./edits";
import { holding } from "./holding";

/** RIFF's header, the first chunk's, and as much of its content as tells width and height. */
const HEADER = 30;

/** Of the file without its first 8 bytes: https://developers.google.com/speed/webp/docs/riff_container */
const LARGEST = 2 ** 32 - 10;

const BROKEN: Plan = { untouched: "broken" };

/** In the flags of a VP8X chunk. */
const HAS_XMP = 0x04;
const HAS_ALPHA = 0x10;

/** Plans an XMP chunk at the end of a WEBP, and at its beginning what announces it. */
export function planWebp(seen: Seen, packet: Buffer): Plan {
  const { bytes, isWhole, size } = seen;
  if (bytes.length < HEADER) return notYet(seen);
  const riff = bytes.readUInt32LE(4);
  const end = 8 + riff;
  if (end < 20 + bytes.readUInt32LE(16) || end < HEADER || end > (size ?? end)) return BROKEN;
  const found = isWhole ? xmpIn(bytes, end) : undefined;
  if (found) return found;
  const announced = announcement(bytes);
  if ("untouched" in announced) return announced;
  const added = [announced, { at: end, remove: 0, insert: xmpChunk(packet, end) }];
  const grown = riff + growthOf(added);
  return grown > LARGEST ? BROKEN : { edits: [{ at: 4, remove: 4, insert: word(grown) }, ...added] };
}

function xmpIn(bytes: Buffer, end: number): Plan | undefined {
  for (let at = 12; at + 8 <= end; ) {
    const length = bytes.readUInt32LE(at + 4);
    if (at + 8 + length > end) return BROKEN;
    const found = nameAt(bytes, at) === "XMP " ? holding(bytes.subarray(at + 8, at + 8 + length), [""]) : undefined;
    if (found) return found;
    at += 8 + length + (length % 2);
  }
  return undefined;
}

/** The flag in the file's VP8X chunk, or such a chunk for a simple file, which has none. */
function announcement(bytes: Buffer): Edit | { untouched: "has XMP" | "broken" } {
  const kind = nameAt(bytes, 12);
  const flags = bytes.readUInt8(20);
  if (kind === "VP8X") {
    if (bytes.readUInt32LE(16) < 10) return { untouched: "broken" };
    if (flags & HAS_XMP) return { untouched: "has XMP" };
    return { at: 20, remove: 1, insert: Buffer.from([flags | HAS_XMP]) };
  }
  const { width = 0, height = 0 } = pictureSize(bytes) ?? {};
  const isLossless = kind === "VP8L";
  const isRight = isLossless ? flags === 0x2f : bytes.toString("hex", 23, 26) === "9d012a";
  if (!isRight || width === 0 || height === 0) return { untouched: "broken" };
  const hasAlpha = isLossless && (bytes.readUInt8(24) & 0x10) !== 0;
  const content = Buffer.alloc(10);
  content.writeUInt8(HAS_XMP | (hasAlpha ? HAS_ALPHA : 0), 0);
  content.writeUIntLE(width - 1, 4, 3);
  content.writeUIntLE(height - 1, 7, 3);
  return { at: 12, remove: 0, insert: chunk("VP8X", content) };
}

/** Behind a last chunk of odd length that was not filled up. */
const xmpChunk = (packet: Buffer, end: number): Buffer => Buffer.concat([Buffer.alloc(end % 2), chunk("XMP ", packet)]);

const nameAt = (bytes: Buffer, at: number): string => bytes.toString("latin1", at, at + 4);

const chunk = (name: string, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from(name, "latin1"), word(content.length), content, Buffer.alloc(content.length % 2)]);

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}
