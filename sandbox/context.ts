import type { Events } from "./events";
import type { Faults } from "./faults";
import type { Images } from "./images/store";
import type { Job, Jobs } from "./jobs";
import type { Journal } from "./journal";
import type { Ledger, LedgerEntry } from "./ledger";
import { costOf } from "./plan-job";
import type { S3State } from "./s3/state";
import type { SandboxSettings } from "./settings";

/** What the parts of one running sandbox share. */
export interface Context {
  /** Where the sandbox is reached: `http://127.0.0.1:41001`. */
  url: string;
  settings: Readonly<SandboxSettings>;
  /** What a reset goes back to. */
  readonly startSettings: Readonly<SandboxSettings>;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly jobs: Jobs;
  readonly images: Images;
  readonly s3: S3State;
  readonly events: Events;
  readonly journal: Journal;
  /** One line for whoever runs the sandbox; never prompts or keys. */
  readonly log: (line: string) => void;
  /** Ends every wait when the sandbox closes. */
  readonly closing: AbortSignal;
}

/** Enters a submission or a charge, durably. */
function enter({ ledger, journal }: Context, entry: LedgerEntry): void {
  journal.write({ kind: "ledger", entry });
  ledger.enter(entry);
}

/** Notes that a paid call arrived, whatever becomes of it. */
export function noteSubmission(id: string, context: Context): void {
  enter(context, { id, submissions: 1 });
  context.events.emit("submitted", { id });
}

/** Charges a job for the pictures that will come out. */
export function charge(job: Job, context: Context): void {
  const cost = costOf(job);
  enter(context, cost > 0 ? { id: job.id, charges: 1, cost } : { id: job.id });
}

/** Takes on a job. */
export function takeOn(job: Job, context: Context): void {
  context.jobs.accept(job);
  context.events.emit("accepted", { id: job.id });
}

/** Whether polls no longer know a job that was taken on long ago. */
export const isForgotten = ({ acceptedAt }: Job, { settings: { pollsForgetAfter } }: Context): boolean =>
  pollsForgetAfter !== null && Date.now() >= acceptedAt + pollsForgetAfter * 1000;

/** US dollars left. Both services are paid from one purse. */
export const balanceOf = ({ settings, ledger }: Context): number =>
  Math.round((settings.balance - ledger.spent) * 1e6) / 1e6;
