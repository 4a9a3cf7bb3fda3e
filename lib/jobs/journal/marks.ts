/** The member that tells a mark from what a message held. An object that has it itself is wrapped into a mark. */
export const MARK = "$kept";

/** What JSON cannot hold, as the journal writes it: `{"$kept": "date", "ms": 0}`. */
export type Mark =
  | SimpleMark
  | { readonly [MARK]: "dropped" }
  | { readonly [MARK]: "object"; readonly members: Readonly<Record<string, unknown>> }
  | OutsideMark;

/** Marks that hold their whole value. */
export type SimpleMark =
  | { readonly [MARK]: "undefined" }
  | { readonly [MARK]: "number"; readonly text: string }
  | { readonly [MARK]: "bigint"; readonly digits: string }
  | { readonly [MARK]: "date"; readonly ms: number | null }
  | { readonly [MARK]: "buffer" | "bytes"; readonly base64: string }
  | { readonly [MARK]: "address"; readonly cut: string };

/** How the bytes of a file beside the journal become the value again. */
export type OutsideForm = "buffer" | "bytes" | "utf8" | "utf16le";

export interface OutsideMark {
  readonly [MARK]: "file";
  readonly form: OutsideForm;
  readonly sha256: string;
}

/** The name of a member in a path such as `payload.items[2]`. A message may name its members as it likes. */
export const step = (path: string, key: string | number): string => {
  if (typeof key === "number") return `${path}[${key}]`;
  const name = key.length > LONGEST_NAME ? `${key.slice(0, LONGEST_NAME)}…` : key;
  return path === "" ? name : `${path}.${name}`;
};

const LONGEST_NAME = 100;

/** What is in each line that names a file, and in few others. */
const FILE = Buffer.from(`"${MARK}":"file"`);

/** Hashes of the files that a line names. Quotes inside texts are escaped, so a text never looks like a mark. */
export function namedFiles(line: Buffer): string[] {
  if (!line.includes(FILE)) return [];
  const marks = line.toString().matchAll(/"\$kept":"file","form":"\w+","sha256":"([0-9a-f]{64})"/g);
  return [...marks].map(([, hash]) => hash ?? "");
}
