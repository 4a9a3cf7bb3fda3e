import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { parseJson, stringifyJson } from "./digits";

/** Keeps entries, or forgets them at once. */
export interface Journal {
  /** The entries of earlier runs, oldest first. */
  read(): unknown[];
  /** Returns when the entry outlives the process. */
  write(entry: object): void;
  clear(): void;
  close(): void;
}

/** A journal for a sandbox without a data directory. */
export const forgetfulJournal: Journal = { read: () => [], write: () => {}, clear: () => {}, close: () => {} };

/**
 * A journal in JSON lines. A write has reached the operating system before it returns, so that it survives a kill of
 * the process (not a power cut). A last line that was cut off is ignored.
 */
export function openJournal(directory: string): Journal {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, "sandbox.jsonl");
  const file = openSync(path, "a", 0o600);
  writeSync(file, "\n"); // Ends a line that a crash cut off.
  let open = true; // The number of a closed file may already be another file's.
  return {
    read: () => readLines(path),
    write: (entry) => {
      if (open) writeSync(file, `${stringifyJson(entry)}\n`);
    },
    clear: () => {
      if (open) ftruncateSync(file);
    },
    close: () => {
      if (open) closeSync(file);
      open = false;
    },
  };
}

function readLines(path: string): unknown[] {
  const entries: unknown[] = [];
  for (const line of readFileSync(path, "utf8").split("\n")) {
    try {
      if (line !== "") entries.push(parseJson(line));
    } catch {
      // A line that a crash cut off: what it announced was not answered.
    }
  }
  return entries;
}
