import { join } from "node:path";
import { setFileAside, setLinesAside } from "./damage";
import type { FileLayer } from "./file-layer";
import { type LoadedLine, listSegments, loadSegments } from "./load";
import { inWords } from "./storage-error";

/** The lines of a folder, once what was damaged in it is set aside. */
export interface FolderLines {
  readonly lines: readonly LoadedLine[];
  /** Damaged lines are set aside and still in their segments as well: these have to be written anew. */
  readonly hasDamage: boolean;
}

/** Errors of this moment and this process, not of the file. */
const PASSING = new Set(["EMFILE", "ENFILE", "ENOMEM", "EAGAIN"]);

/**
 * Reads what a folder holds. What cannot be read is set aside in `aside`, with a warning, and never deleted.
 * Rejects with the system error when the folder cannot be read now.
 */
export async function readFolder(
  files: FileLayer,
  folder: string,
  aside: string,
  warn: (text: string) => void,
): Promise<FolderLines> {
  const { current } = await listSegments(files, folder);
  const { lines, damaged, unreadable } = await loadSegments(files, folder, current);
  for (const { segment, error } of unreadable) {
    if (PASSING.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    await setFileAside(files, aside, join(folder, segment.name), error, warn);
  }
  try {
    await setLinesAside(files, aside, damaged, warn);
    return { lines, hasDamage: damaged.length > 0 };
  } catch (error) {
    warn(`Damaged lines in the record of jobs stay where they are, in ${folder}: ${inWords(error)}.`);
    return { lines, hasDamage: false };
  }
}
