import { FolderJournal, type OpenOptions } from "./folder-journal";
import type { Journal } from "./journal";

/**
 * Opens the journal of a folder, and takes over what processes left there that have ended. Takes a few seconds when it
 * has to find out whether another process is still at work.
 *
 * Never rejects: a journal whose folder cannot be opened rejects what is written, and tries again each time.
 */
export async function openJournal(options: OpenOptions): Promise<Journal> {
  const journal = new FolderJournal(options);
  await journal.open();
  return journal;
}
