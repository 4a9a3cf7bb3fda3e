import { notYet, type Plan, type Seen } from "./edits";
import { holding } from "./holding";

const XMP = "http://ns.adobe.com/xap/1.0/\0";

/** What is too long for one segment goes on in others: XMP part 3, 1.1.3.1. */
const MARKS = [XMP, "http://ns.adobe.com/xmp/extension/\0"];

const APP0 = 0xe0;
const APP1 = 0xe1;
const START_OF_SCAN = 0xda;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);
const BROKEN: Plan = { untouched: "broken" };

/** Plans an APP1 segment before the pixels of a JPEG. JFIF and Exif both ask to come first, so it stands behind them. */
export function planJpeg(seen: Seen, packet: Buffer): Plan {
  const { bytes, isWhole } = seen;
  let place = 2;
  let isFirst = true;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes.readUInt8(at + 1);
    if (bytes.readUInt8(at) !== 0xff) return BROKEN;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === START_OF_SCAN) {
      if (isWhole && bytes.lastIndexOf(END_OF_IMAGE) < at) return BROKEN;
      return { edits: [{ at: place, remove: 0, insert: xmpSegment(packet) }] };
    }
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    // Only segments with a length stand before the first scan.
    if (end < at + 4 || marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9)) return BROKEN;
    if (end > bytes.length) return notYet(seen);
    const content = bytes.subarray(at + 4, end);
    const found = marker === APP1 ? holding(content, MARKS) : undefined;
    if (found) return found;
    isFirst &&= marker === APP0 || (marker === APP1 && content.toString("latin1", 0, 5) === "Exif\0");
    if (isFirst) place = end;
    at = end;
  }
  return notYet(seen);
}

function xmpSegment(packet: Buffer): Buffer {
  const head = Buffer.from(`\xff\xe1\0\0${XMP}`, "latin1");
  head.writeUInt16BE(head.length - 2 + packet.length, 2);
  return Buffer.concat([head, packet]);
}
