import { crc32 } from "node:zlib";
import { notYet, type Plan, type Seen } from "./edits";
import { holding } from "./holding";

/** Signature and IHDR, which is the first chunk of every PNG and always of this length. */
const HEADER = 33;

/** Of a chunk's content, in bytes: https://www.w3.org/TR/png-3/#5Chunk-layout */
const LONGEST_CHUNK = 2 ** 31 - 1;

/** Name, length and checksum of a chunk. */
const FRAME = 12;

const KEYWORD = "XML:com.adobe.xmp";

/** Where XMP may be: as the standard has it, and as ImageMagick wrote it before. */
const MARKS = [KEYWORD, "Raw profile type xmp"].map((keyword) => `${keyword}\0`);
const TEXTS: readonly string[] = ["iTXt", "tEXt", "zTXt"];

/** Plans an iTXt chunk behind the header of a PNG: https://www.w3.org/TR/png-3/#11iTXt */
export function planPng(seen: Seen, packet: Buffer): Plan {
  const { bytes, isWhole } = seen;
  if (bytes.length < HEADER) return notYet(seen);
  if (bytes.readUInt32BE(8) !== 13 || nameAt(bytes, 8) !== "IHDR") return { untouched: "broken" };
  const plan: Plan = { edits: [{ at: HEADER, remove: 0, insert: xmpChunk(packet) }] };
  let hasPixels = false;
  for (let at = HEADER; at + FRAME <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const name = nameAt(bytes, at);
    const end = at + FRAME + length;
    if (length > LONGEST_CHUNK) return { untouched: "broken" };
    // What follows the pixels is looked at only where it is here.
    if (name === "IDAT" && !isWhole) return plan;
    if (end > bytes.length) return notYet(seen);
    if (name === "IEND") return hasPixels ? plan : { untouched: "broken" };
    if (TEXTS.includes(name)) {
      const found = holding(bytes.subarray(at + 8, end - 4), MARKS);
      if (found) return found;
    }
    hasPixels ||= name === "IDAT";
    at = end;
  }
  return notYet(seen);
}

const nameAt = (bytes: Buffer, at: number): string => bytes.toString("latin1", at + 4, at + 8);

function xmpChunk(packet: Buffer): Buffer {
  // Not compressed, in no language, without a translated keyword.
  const body = Buffer.concat([Buffer.from(`iTXt${KEYWORD}\0\0\0\0\0`, "latin1"), packet]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length - 4, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
