import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readLine, toLine } from "../../../lib/jobs/journal/line";
import type { House } from "./house";

/** Makes everything in a journal older, as if Node-RED had been away for `minutes`. */
export async function timePasses({ folder }: House, minutes: number): Promise<void> {
  for (const name of readdirSync(folder).filter((file) => /^jobs-.*\.jsonl$/.test(file))) {
    const path = join(folder, name);
    const lines = readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    const older = lines.map((line) => {
      const entry = readLine(Buffer.from(line));
      if (!entry) throw new Error(`a damaged line in ${name}`);
      const data = entry.data === undefined ? undefined : earlier(JSON.stringify(entry.data), minutes);
      return toLine({ ...entry, at: entry.at - minutes * 60_000 }, data);
    });
    writeFileSync(path, Buffer.concat(older));
  }
}

/** Times inside of an entry's data. */
const earlier = (json: string, minutes: number): string =>
  json.replace(/"(\w+At|since)":(\d{13})\b/g, (_, name, ms) => `"${name}":${Number(ms) - minutes * 60_000}`);
