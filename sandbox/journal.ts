import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { parseJson, stringifyJson } from "./digits";

/** Keeps entries, or forgets them at once. */
export interface Journal {
  /** The entries of earlier runs, oldest first. */
  readonly past: readonly unknown[];
  /** Returns when the entry outlives the process. */
  write(entry: object): void;
  clear(): void;
  close(): void;
}

/** A journal for a sandbox without a data directory. */
export const forgetfulJournal: Journal = { past: [], write: () => {}, clear: () => {}, close: () => {} };

/**
 * A journal in JSON lines. A write has reached the operating system before it returns, so that it survives a kill of
 * the process (not a power cut). A last line that was cut off is ignored.
 */
export function openJournal(directory: string): Journal {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, "sandbox.jsonl");
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const past: unknown[] = [];
  for (const line of text.split("\n")) {
    try {
      if (line !== "") past.push(parseJson(line));
    } catch {
      // A line that a crash cut off: what it announced was not answered.
    }
  }
  const file = openSync(path, "a", 0o600);
  if (text !== "" && !text.endsWith("\n")) writeSync(file, "\n");
  let open = true; // The number of a closed file may already be another file's.
  return {
    past,
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
