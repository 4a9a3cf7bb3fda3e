import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a small file so that it is there as a whole or not at all. */
export function writeRecord(path: string, record: object): void {
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The records in a folder. They are our own files, so they are taken at their word; one that was cut off is left out. */
export function readRecords<Kept>(folder: string): Kept[] {
  const records: Kept[] = [];
  for (const name of namesIn(folder)) {
    if (!name.endsWith(".json")) continue;
    try {
      records.push(JSON.parse(readFileSync(join(folder, name), "utf8")));
    } catch {
      // Removed or broken by somebody else.
    }
  }
  return records;
}

/** What is in a folder; nothing when it is not there. */
export function namesIn(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder);
}
