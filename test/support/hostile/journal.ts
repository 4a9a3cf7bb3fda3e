import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JournalEntry } from "../../../lib/jobs/journal/journal";
import { readLine } from "../../../lib/jobs/journal/line";

/** Every line of the journal can be read, and nobody waits for a job in it. */
export function assertJournal(folder: string): void {
  if (!existsSync(folder)) return;
  assert.ok(!existsSync(join(folder, "damaged")), "something was set aside as damaged");
  /** The messages that wait, by their jobs. */
  const open = new Map<string, Set<unknown>>();
  for (const name of readdirSync(folder).filter((one) => /^jobs-.*\.jsonl$/.test(one))) {
    for (const line of readFileSync(join(folder, name), "utf8").split("\n")) {
      if (line === "") continue;
      const entry = readLine(Buffer.from(line));
      assert.ok(entry, `a line that cannot be read in ${name}`);
      follow(open, entry);
    }
  }
  assert.deepEqual([...open.keys()], []);
}

function follow(open: Map<string, Set<unknown>>, { job, state, data }: JournalEntry): void {
  const { claim } = (data ?? {}) as { claim?: { id: string } | string };
  const claims = open.get(job) ?? new Set();
  if (state === "waiting" || state === "joined") {
    open.set(job, claims.add(typeof claim === "object" ? claim.id : claim));
  } else if (state === "delivered") claims.delete(claim);
  // Of a job that nobody knew no record is kept: it is over when its last message has had its error.
  if (state === "closed" || claims.size === 0) open.delete(job);
}
