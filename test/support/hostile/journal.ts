import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readLine } from "../../../lib/jobs/journal/line";

/** Every line of the journal can be read, and no job in it is open. */
export function assertJournal(folder: string): void {
  if (!existsSync(folder)) return;
  assert.ok(!existsSync(join(folder, "damaged")), "something was set aside as damaged");
  const open = new Set<string>();
  for (const name of readdirSync(folder).filter((one) => /^jobs-.*\.jsonl$/.test(one))) {
    for (const line of readFileSync(join(folder, name), "utf8").split("\n")) {
      if (line === "") continue;
      const entry = readLine(Buffer.from(line));
      assert.ok(entry, `a line that cannot be read in ${name}`);
      if (entry.state === "closed") open.delete(entry.job);
      else if (entry.state === "waiting") open.add(entry.job);
    }
  }
  assert.deepEqual([...open], []);
}
