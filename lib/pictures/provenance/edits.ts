/** A change of a file: at this byte of the old one so many are left out, and others put in. */
export interface Edit {
  at: number;
  remove: number;
  insert: Buffer;
}

/** What is there of a file to look at. */
export interface Seen {
  bytes: Buffer;
  /** There is no more of it. */
  isWhole: boolean;
  /** Bytes of the whole file, where that is known. */
  size?: number;
}

/** Why a file is left as it is. */
export type Untouched = "has XMP" | "broken" | "other format" | "long header";

/** What is to be done with a file; "more" when that does not show yet. Without edits it has our packet already. */
export type Plan = { edits: readonly Edit[] } | { untouched: Untouched } | "more";

/** What does not show in the file's beginning is missing where that is all of it. */
export const notYet = ({ isWhole }: Seen): Plan => (isWhole ? { untouched: "broken" } : "more");

/** By how many bytes a file grows. */
export const growthOf = (edits: readonly Edit[]): number =>
  edits.reduce((growth, { insert, remove }) => growth + insert.length - remove, 0);

/**
 * Makes the changes while a file passes in pieces. Gives what a piece becomes; nothing is held back.
 * @param edits in the order of their places.
 */
export function editor(edits: readonly Edit[]): (piece: Uint8Array) => Uint8Array[] {
  const open = [...edits];
  let position = 0;
  let removing = 0;
  return (piece) => {
    const out: Uint8Array[] = [];
    let rest = piece;
    const take = (length: number): Uint8Array => {
      const taken = rest.subarray(0, length);
      rest = rest.subarray(length);
      position += taken.length;
      return taken;
    };
    for (;;) {
      removing -= take(removing).length;
      const [edit] = open;
      if (edit?.at === position && removing === 0) {
        out.push(edit.insert);
        removing = edit.remove;
        open.shift();
        continue;
      }
      if (rest.length === 0) return out;
      out.push(take(edit ? edit.at - position : rest.length));
    }
  };
}
