import { pictureType } from "../../models/picture";
import { editor, growthOf, type Plan, type Seen, type Untouched } from "./edits";
import { planJpeg } from "./jpeg";
import type { Origin } from "./origin";
import { packetOf } from "./packet";
import { planPng } from "./png";
import { planWebp } from "./webp";

/** Bytes of a file that is read in pieces: first so many are looked at, then twice as many, up to the last. */
const FIRST_LOOK = 4096;
const LAST_LOOK = 256 * 1024;

const WHY: Readonly<Record<Untouched, string>> = {
  "has XMP": "it has XMP metadata already",
  broken: "its file is damaged or not complete",
  "other format": "it is no PNG, JPEG or WEBP",
  "long header": "there are more than 256 kB before its pixels",
};

const FORMATS: Readonly<Record<string, (seen: Seen, packet: Buffer) => Plan>> = {
  "image/png": planPng,
  "image/jpeg": planJpeg,
  "image/webp": planWebp,
};

function planFor(seen: Seen, packet: Buffer): Plan {
  const plan = FORMATS[pictureType(seen.bytes) ?? ""];
  return plan ? plan(seen, packet) : { untouched: "other format" };
}

/**
 * Writes into a PNG, JPEG or WEBP, as XMP, where it comes from; pixels and all other metadata stay byte for byte as they
 * are. A file that says so already is left alone.
 * @returns the same bytes, and in words why, when the file cannot take it. Never throws.
 */
export function writeInto(bytes: Buffer, origin: Origin): { bytes: Buffer; untouched?: string } {
  const plan = planFor({ bytes, isWhole: true, size: bytes.length }, packetOf(origin));
  if (plan === "more" || "untouched" in plan) return { bytes, untouched: inWords(plan) };
  return { bytes: plan.edits.length === 0 ? bytes : Buffer.concat(editor(plan.edits)(bytes)) };
}

/** A picture that comes in pieces. */
interface Passing {
  body: AsyncIterable<Uint8Array>;
  /** Bytes, where that is known ahead. */
  size?: number;
}

/**
 * The same for a picture that comes in pieces, of which only the first few kB are held back.
 *
 * What stands behind the pixels of a PNG is not looked at, nor whether the end is missing.
 * @throws what its source throws before that.
 */
export async function writeIntoPassing(
  { body, size }: Passing,
  origin: Origin,
): Promise<Passing & { untouched?: string }> {
  const packet = packetOf(origin);
  const pieces = body[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let plan: Plan = "more";
  let isWhole = false;
  for (let wanted = FIRST_LOOK; plan === "more" && wanted <= LAST_LOOK; wanted *= 2) {
    const read = [head];
    for (let length = head.length; length < wanted && !isWhole; ) {
      const { done, value } = await pieces.next();
      isWhole = done === true;
      if (done) break;
      read.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      length += value.length;
    }
    head = Buffer.concat(read);
    const known = isWhole ? head.length : size;
    plan = planFor({ bytes: head, isWhole, ...(known !== undefined && { size: known }) }, packet);
  }
  const edits = plan === "more" || "untouched" in plan ? [] : plan.edits;
  return {
    body: edited(head, pieces, editor(edits)),
    ...(size !== undefined && { size: size + growthOf(edits) }),
    ...((plan === "more" || "untouched" in plan) && { untouched: inWords(plan) }),
  };
}

async function* edited(
  head: Buffer,
  pieces: AsyncIterator<Uint8Array>,
  edit: (piece: Uint8Array) => Uint8Array[],
): AsyncGenerator<Uint8Array> {
  try {
    yield* edit(head);
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield* edit(next.value);
  } finally {
    await pieces.return?.();
  }
}

const inWords = (plan: { untouched: Untouched } | "more"): string =>
  WHY[plan === "more" ? "long header" : plan.untouched];
