import { createHash } from "node:crypto";
import { LONGEST_KEY, tidyKey } from "./key-template";

/** Characters of the digest that stands for what was cut. */
const DIGEST = 16;

/** The longest ending that is kept: `.jpeg.json`. */
const ENDING = /(?:\.[A-Za-z0-9]{1,8}){0,2}$/;

/**
 * A tidy key of at most 1,024 bytes. One that is longer loses the end of its name; a digest of the whole takes its place,
 * so that equal keys stay equal and different ones different.
 */
export function objectKey(key: string): string {
  const tidy = tidyKey(key);
  if (Buffer.byteLength(tidy) <= LONGEST_KEY) return tidy;
  const ending = ENDING.exec(tidy)?.[0] ?? "";
  const digest = createHash("sha256").update(tidy).digest("hex").slice(0, DIGEST);
  return `${upTo(tidy.slice(0, tidy.length - ending.length), LONGEST_KEY - DIGEST - 1 - ending.length)}-${digest}${ending}`;
}

/** As many whole characters as fit into so many bytes. */
function upTo(text: string, bytes: number): string {
  let kept = "";
  let size = 0;
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > bytes) break;
    kept += character;
  }
  return kept.replace(/\/$/, "");
}
