import type { Plan } from "./edits";
import { NAMESPACE } from "./packet";

/**
 * What to do with a file that has this piece of metadata in it; undefined when the piece is no XMP.
 * @param marks with which a piece of XMP begins.
 */
export const holding = (content: Buffer, marks: readonly string[]): Plan | undefined => {
  if (!marks.some((mark) => content.subarray(0, mark.length).toString("latin1") === mark)) return undefined;
  return content.includes(NAMESPACE) ? { edits: [] } : { untouched: "has XMP" };
};
