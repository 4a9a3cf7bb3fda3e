import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenOptions } from "../../../lib/jobs/journal/folder-journal";
import type { Journal } from "../../../lib/jobs/journal/journal";
import { openJournal } from "../../../lib/jobs/journal/open";

/** Short times, so that nobody waits for a heart that has stopped. */
export const HASTE = { beat: 25, patience: 500, doubt: 60_000 };

/** A folder for a test's journals; its journals are closed and the folder is removed by `leave`. */
export interface Place {
  /** The journal's folder; not there at first. */
  readonly folder: string;
  readonly warnings: string[];
  open(options?: Partial<OpenOptions>): Promise<Journal>;
  /** States of what a journal that is opened now finds: `job state`. */
  found(folder?: string): Promise<string[]>;
  leave(): Promise<void>;
}

export async function makePlace(): Promise<Place> {
  const parent = await mkdtemp(join(tmpdir(), "journal-"));
  const folder = join(parent, "flux-jobs");
  const warnings: string[] = [];
  const opened: Journal[] = [];
  const place: Place = {
    folder,
    warnings,
    async open(options) {
      const journal = await openJournal({
        folder,
        largest: 1e9,
        whatIsKept: () => () => true,
        warn: (text) => warnings.push(text),
        pace: HASTE,
        ...options,
      });
      opened.push(journal);
      return journal;
    },
    async found(from = folder) {
      const journal = await place.open({ folder: from });
      await journal.close();
      return states(journal);
    },
    async leave() {
      for (const journal of opened) await journal.close();
      await rm(parent, { recursive: true, force: true });
    },
  };
  return place;
}

export const states = ({ found }: Pick<Journal, "found">): string[] => found.map(({ job, state }) => `${job} ${state}`);

/** Names of the segments in a folder, in their order. */
export async function segmentsOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith("jobs-"));
  return names.sort((one, other) => Number(/\d+/.exec(one)) - Number(/\d+/.exec(other)));
}

/** All text in the segments and set-aside files of a folder. */
export async function allText(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".jsonl"));
  return (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))).join("");
}
