import { basename, join } from "node:path";
import type { FileLayer } from "./file-layer";
import { NEWLINE } from "./line";
import type { DamagedLine } from "./load";
import { inWords } from "./storage-error";

const stamp = (): string => new Date().toISOString().replace(/[:.]/g, "-");

/** Name of what was set aside, for a person to look at. */
export const DAMAGED = "damaged-";

/**
 * Appends damaged lines, as they are, to a file for a person to look at, and says so once.
 * Rejects with the system error; the lines must then stay where they are.
 */
export async function setLinesAside(
  files: FileLayer,
  folder: string,
  lines: readonly DamagedLine[],
  warn: (text: string) => void,
): Promise<void> {
  if (lines.length === 0) return;
  const path = join(folder, `${DAMAGED}${stamp()}.jsonl`);
  const file = await files.append(path);
  try {
    await file.write(Buffer.concat(lines.flatMap(({ bytes }) => [bytes, NEWLINE])));
    await file.sync();
  } finally {
    await file.close();
  }
  await files.syncFolder(folder);
  const from = [...new Set(lines.map(({ segment }) => segment))].join(", ");
  const what = lines.length === 1 ? "1 line" : `${lines.length} lines`;
  warn(
    `The record of jobs has ${what} that cannot be read (in ${from}); a power cut can leave one at the end of a file. Set aside in ${path}; what they said of their jobs is not known any more.`,
  );
}

/** Renames a file that cannot be read, and says so. Never rejects: what cannot be renamed either stays where it is. */
export async function setFileAside(
  files: FileLayer,
  folder: string,
  path: string,
  error: unknown,
  warn: (text: string) => void,
): Promise<void> {
  const aside = join(folder, `${DAMAGED}${stamp()}-${basename(path)}`);
  try {
    await files.rename(path, aside);
    await files.syncFolder(folder);
    warn(
      `A file with the record of jobs cannot be read: ${inWords(error)}. Set aside as ${aside}; what it said of its jobs is not known.`,
    );
  } catch {
    warn(`A file with the record of jobs can neither be read nor renamed: ${path}, ${inWords(error)}.`);
  }
}
