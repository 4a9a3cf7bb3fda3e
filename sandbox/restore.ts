import type { Context } from "./context";
import type { Job, JobChanges } from "./jobs";
import type { LedgerEntry } from "./ledger";
import { changeSettings } from "./settings";

/** What the journal holds. It is our own file, so its lines are taken at their word. */
type Line =
  | { kind: "job"; job: Job }
  | { kind: "change"; id: string; changes: JobChanges }
  | { kind: "ledger"; entry: LedgerEntry }
  | { kind: "upload"; id: string }
  | { kind: "settings"; changes: object };

/** Brings back what an earlier run wrote down. */
export function restore(context: Context): void {
  for (const line of context.journal.read() as Line[]) {
    if (line.kind === "job") {
      const pictures = line.job.pictures.map((picture) => ({ ...picture, seed: BigInt(picture.seed) }));
      context.jobs.restore({ ...line.job, pictures });
    } else if (line.kind === "change") context.jobs.restoreChange(line.id, line.changes);
    else if (line.kind === "ledger") context.ledger.enter(line.entry);
    else if (line.kind === "upload") context.images.restoreUpload(line.id);
    else if (line.kind === "settings") context.settings = changeSettings(context.settings, line.changes);
  }
}
