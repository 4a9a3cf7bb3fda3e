import type { Events } from "./events";
import type { Faults } from "./faults";
import type { Images } from "./images/store";
import type { Jobs } from "./jobs";
import type { Journal } from "./journal";
import type { Ledger, LedgerEntry } from "./ledger";
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
  readonly events: Events;
  readonly journal: Journal;
  /** One line for whoever runs the sandbox; never prompts or keys. */
  readonly log: (line: string) => void;
  /** Ends every wait when the sandbox closes. */
  readonly closing: AbortSignal;
}

/** Enters a submission or a charge, durably. */
export function enter({ ledger, journal }: Context, entry: LedgerEntry): void {
  journal.write({ kind: "ledger", entry });
  ledger.enter(entry);
}

/** US dollars left. */
export const balanceOf = ({ settings, ledger }: Context): number =>
  Math.round((settings.balance - ledger.spent) * 1e6) / 1e6;
