import { join } from "node:path";
import { FluxError } from "../../errors";
import { DAMAGED, setFileAside } from "./damage";
import type { FileLayer } from "./file-layer";
import { removeTree } from "./folders";
import type { Identity } from "./identity";
import type { JournalEntry } from "./journal";
import { NEWLINE } from "./line";
import { listSegments } from "./load";
import { namedFiles } from "./marks";
import { contentOf, OutsideFiles } from "./outside-files";
import { type Ownership, takeFolder } from "./owner";
import type { Pace } from "./pace";
import { readFolder } from "./read-folder";
import { segmentName } from "./segment-name";
import { inWords } from "./storage-error";
import { writeWhole } from "./write-whole";

/** Folder of a process that found another one at work. */
export const OWN_FOLDER = "process-";

/** The same once its entries are in the main folder: it only waits to be removed. */
const ADOPTED = "adopted-";

/** What was found in the folders of processes that have ended. */
export interface Adopted {
  readonly entries: readonly JournalEntry[];
  /** The first number that is free for a segment. */
  readonly next: number;
  /** An adopted folder could not be removed: the segment that says where its entries are must stay. */
  readonly isPending: boolean;
}

/**
 * Brings the entries and files of abandoned folders into the main one. They are durable there, in a segment that is
 * named after the folder, before anything is removed; a crash at any point neither loses nor doubles them.
 *
 * @throws the system error when the folder cannot be listed.
 */
export async function adoptFolders(
  files: FileLayer,
  root: string,
  outside: OutsideFiles,
  me: Identity,
  pace: Pace,
  warn: (text: string) => void,
): Promise<Adopted> {
  const folders = (await files.list(root)).filter(({ name, isFolder }) => isFolder && name.startsWith(OWN_FOLDER));
  const taken = await Promise.all(
    folders.map(async ({ name }) => ({ name, owner: await takeAbandoned(files, join(root, name), me, pace) })),
  );
  const entries: JournalEntry[] = [];
  let isPending = false;
  for (const { name, owner } of taken) {
    if (!owner) continue;
    try {
      const { current, next } = await listSegments(files, root);
      const isDone = current.some(({ kind }) => typeof kind === "object" && kind.from === name);
      if (!isDone) entries.push(...(await adopt(files, root, name, outside, next, warn)));
    } catch (error) {
      warn(`Jobs of a process that has ended stay in ${join(root, name)} until the next start: ${inWords(error)}.`);
      await owner.release();
      continue;
    }
    await owner.release();
    try {
      await files.rename(join(root, name), join(root, name.replace(OWN_FOLDER, ADOPTED)));
      await files.syncFolder(root);
    } catch {
      isPending = true;
    }
  }
  await removeAdopted(files, root);
  return { entries, next: (await listSegments(files, root)).next, isPending };
}

/** An empty folder is one that its process has just made. What cannot be looked at now is left alone. */
async function takeAbandoned(
  files: FileLayer,
  folder: string,
  me: Identity,
  pace: Pace,
): Promise<Ownership | undefined> {
  try {
    return (await files.list(folder)).length === 0 ? undefined : await takeFolder(files, folder, me, pace);
  } catch {
    return undefined;
  }
}

/** What cannot be removed now is tried again at the next start. */
async function removeAdopted(files: FileLayer, root: string): Promise<void> {
  for (const { name, isFolder } of await files.list(root)) {
    if (isFolder && name.startsWith(ADOPTED)) await removeTree(files, join(root, name)).catch(() => undefined);
  }
}

async function adopt(
  files: FileLayer,
  root: string,
  name: string,
  outside: OutsideFiles,
  number: number,
  warn: (text: string) => void,
): Promise<readonly JournalEntry[]> {
  const folder = join(root, name);
  const { lines } = await readFolder(files, folder, root, warn);
  for (const found of await files.list(folder)) {
    if (found.name.startsWith(DAMAGED)) await files.rename(join(folder, found.name), join(root, found.name));
  }
  const theirs = new OutsideFiles(files, folder);
  for (const hash of new Set(lines.flatMap(({ bytes }) => namedFiles(bytes)))) {
    try {
      await outside.store(await contentOf({ content: await theirs.bytes(hash), as: "buffer" }));
    } catch (error) {
      // A disk that is full now has room later; a file that cannot be read stays one. Reading it says so.
      if (!(error instanceof FluxError)) throw error;
      await setFileAside(files, root, theirs.pathOf(hash), error, warn);
    }
  }
  if (lines.length === 0) return [];
  const chunks = lines.map(({ bytes }) => Buffer.concat([bytes, NEWLINE]));
  await writeWhole(files, root, segmentName(number, { from: name }).name, chunks);
  return lines.map(({ entry }) => entry);
}
