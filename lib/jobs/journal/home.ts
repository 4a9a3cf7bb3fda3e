import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { adoptFolders, OWN_FOLDER } from "./adopt";
import { Appender } from "./appender";
import { compact, removeSegments, survey } from "./compaction";
import type { FileLayer } from "./file-layer";
import { makeFolderDurable } from "./folders";
import type { Identity } from "./identity";
import type { JournalEntry } from "./journal";
import { listSegments } from "./load";
import { OutsideFiles } from "./outside-files";
import { type Ownership, takeFolder } from "./owner";
import type { Pace } from "./pace";
import { readFolder } from "./read-folder";
import { inWords } from "./storage-error";
import { DRAFT } from "./write-whole";

/** A folder that this process writes to. */
export interface Home {
  readonly folder: string;
  readonly owner: Ownership;
  readonly appender: Appender;
  readonly outside: OutsideFiles;
  /** In the order in which they were written. */
  readonly found: readonly JournalEntry[];
  readonly mayCompact: boolean;
}

interface Opening {
  readonly files: FileLayer;
  /** The folder of all processes of a user directory. */
  readonly root: string;
  readonly me: Identity;
  readonly pace: Pace;
  readonly warn: (text: string) => void;
}

/**
 * Opens the main folder, or one of our own in it when another process works there.
 * Rejects with the system error.
 */
export async function openHome(opening: Opening): Promise<Home> {
  const { files, root, me, pace, warn } = opening;
  await makeFolderDurable(files, root);
  const owner = await takeFolder(files, root, me, pace);
  if (!owner) {
    const home = await openOwnFolder(opening);
    warn(
      `Another process works with the jobs in ${root}; this one keeps its own in ${home.folder}. Jobs that were open before are that process's. Use a user directory of its own for each Node-RED.`,
    );
    return home;
  }
  try {
    return await readHome(opening, owner);
  } catch (error) {
    await owner.release();
    throw error;
  }
}

/**
 * A folder that is only this process's, inside the main one. Whoever opens that next takes over what is left in it, and
 * remembers its name: no two ever have the same.
 */
export async function openOwnFolder({ files, root, me, pace }: Opening): Promise<Home> {
  const folder = join(root, OWN_FOLDER + randomUUID());
  await makeFolderDurable(files, folder);
  const owner = await takeFolder(files, folder, me, pace);
  if (!owner) throw new Error("its own folder belongs to another process");
  const { next } = await listSegments(files, folder);
  const outside = new OutsideFiles(files, folder);
  return { folder, owner, appender: new Appender(files, folder, next), outside, found: [], mayCompact: true };
}

async function readHome({ files, root, me, pace, warn }: Opening, owner: Ownership): Promise<Home> {
  await removeLeftovers(files, root);
  const { lines, hasDamage } = await readFolder(files, root, root, warn);
  const outside = new OutsideFiles(files, root);
  const { entries, next, isPending } = await adoptFolders(files, root, outside, me, pace, warn);
  const appender = new Appender(files, root, next);
  const found = [...lines.map(({ entry }) => entry), ...entries];
  const home = { folder: root, owner, appender, outside, found, mayCompact: !isPending };
  if (hasDamage && !isPending) await writeAnew(files, home, warn);
  return home;
}

/** What a crash left of a compaction. It is not read either way, so what cannot be removed may stay. */
async function removeLeftovers(files: FileLayer, root: string): Promise<void> {
  for (const { name, isFolder } of await files.list(root)) {
    if (!isFolder && name.endsWith(DRAFT)) await files.remove(join(root, name)).catch(() => undefined);
  }
  await removeSegments(files, root, (await listSegments(files, root)).replaced).catch(() => undefined);
}

/** Without the lines that were set aside: they would be found again at each start. */
async function writeAnew(files: FileLayer, home: Home, warn: (text: string) => void): Promise<void> {
  try {
    await compact(files, home, await survey(files, home, () => true));
  } catch (error) {
    warn(`Damaged lines in the record of jobs are still in ${home.folder} as well: ${inWords(error)}.`);
  }
}
