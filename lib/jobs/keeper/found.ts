import { FluxError } from "../../errors";
import type { Attachment } from "../../models/request";
import type { Receipt } from "../../providers/provider";
import type { Price } from "../budget/prices";
import type { Job } from "../job";
import type { Journal, JournalEntry } from "../journal/journal";
import { asFluxError } from "../unexpected";
import type { Claim } from "./claim";
import { type ClosedJob, isRecordKept } from "./closed-jobs";
import { reopened } from "./job-book";
import { type Absence, dropClaim, type KeptJob, keptJob } from "./kept-job";
import { DAY, type KnownReservation, settleFound } from "./reservations";
import { reviveIfGivenUp } from "./revive";
import {
  errorFrom,
  outcomeFrom,
  type SavedClaim,
  type SavedError,
  type SavedJob,
  type SavedOutcome,
  type SavedRecord,
} from "./saved";

/** What a journal held of jobs. */
export interface Found {
  /** Jobs with messages that wait for a result, in the order in which they were accepted. */
  open: KeptJob[];
  closed: ClosedJob[];
  /** Jobs that were set aside: the journal keeps them, and nobody runs them. */
  aside: string[];
  /** What jobs took of budgets that are not written with the jobs themselves. */
  spendings: KnownReservation[];
  prices: Price[];
}

/** Whether an entry is still needed. */
export function isEntryKept(
  entry: JournalEntry,
  isNeeded: (job: string) => boolean,
  isLastPrice: (price: Price) => boolean,
): boolean {
  if (entry.state === "closed") return isNeeded(entry.job) || isRecordKept(entry);
  if (entry.state === "spending") return entry.at + DAY > Date.now();
  if (entry.state === "price") return isLastPrice(entry.data as Price);
  return isNeeded(entry.job);
}

/** Puts the jobs of a journal together again. What cannot be understood is warned of; nothing is lost by it. */
export async function readFound(journal: Journal, warn: (text: string) => void): Promise<Found> {
  const reader = new Reader(journal);
  for (const entry of journal.found) {
    try {
      await reader.add(entry);
    } catch (error) {
      warn(`Entry "${entry.state}" of job ${entry.job} in the journal cannot be used: ${asFluxError(error).message}`);
    }
  }
  for (const [id, receipt] of reader.headless) {
    const name = receipt === undefined ? id : `${id} (known to its service as ${receipt.requestId})`;
    warn(`The journal has lost what job ${name} was for. If it was sent, msg.resume with this id gets its result.`);
  }
  return reader.found();
}

/**
 * Makes sure that an entry has what everything else relies on: another version of the pack may have written it.
 * @param parts what it has, by its path.
 * @throws FluxError FLUX_STORAGE.
 */
function assertWhole(data: unknown, parts: readonly string[]): void {
  const missing = parts.find((part) => part.split(".").reduce(memberOf, data) === undefined);
  if (missing !== undefined) throw new FluxError("FLUX_STORAGE", `it has no ${missing}, as this version writes it.`);
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

class Reader {
  /** Jobs whose beginning is missing: the line was damaged. */
  readonly headless = new Map<string, Receipt | undefined>();
  readonly #journal: Journal;
  readonly #open = new Map<string, KeptJob>();
  readonly #closed = new Map<string, ClosedJob>();
  readonly #aside = new Set<string>();
  readonly #spendings: KnownReservation[] = [];
  readonly #prices = new Map<string, Price>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  found(): Found {
    return {
      open: [...this.#open.values()],
      closed: [...this.#closed.values()],
      aside: [...this.#aside],
      spendings: this.#spendings,
      prices: [...this.#prices.values()],
    };
  }

  async add(entry: JournalEntry): Promise<void> {
    switch (entry.state) {
      case "waiting":
        return this.#begin(entry);
      case "closed":
        return this.#close(entry);
      case "aside":
        this.#open.delete(entry.job);
        this.#aside.add(entry.job);
        return;
      case "spending":
        assertWhole(entry.data, ["service", "reservation.job"]);
        this.#spendings.push(await this.#read<KnownReservation>(entry.data));
        return;
      case "price": {
        const price = await this.#read<Price>(entry.data);
        this.#prices.set(price.shape, price);
        return;
      }
    }
    const kept = this.#jobOf(entry);
    if (kept) return this.#goOn(kept, entry);
    const data = await this.#read<{ receipt?: Receipt } | undefined>(entry.data);
    this.headless.set(entry.job, data?.receipt ?? this.headless.get(entry.job));
  }

  async #begin({ job: id, at, data }: JournalEntry): Promise<void> {
    // Messages and pictures stay where they are until they are needed.
    assertWhole(data, ["job.keeping", "job.service", "job.nodeId", "attachments", "claim.id", "claim.nodeId"]);
    const { claim, attachments, ...rest } = data as SavedJob;
    const { value, cut, dropped } = await this.#journal.read(rest);
    const { job, reservation } = value as Omit<SavedJob, "claim" | "attachments">;
    const kept = keptJob({
      ...job,
      id,
      attachments: [],
      attempts: 0,
      acceptedAt: at,
      phase: { state: job.isAdopted ? "submitted" : "waiting" },
    });
    if (reservation) kept.reservation = reservation;
    // A text that is too long for what was cut from it is not there at all.
    if (cut.length + dropped.length > 0) kept.isCut = true;
    if (attachments.length > 0) {
      kept.bringBack = async () => {
        kept.job.attachments = await this.#read<Attachment[]>(attachments);
      };
    }
    this.#addClaim(kept, claim);
    this.#open.set(id, kept);
    // One that had been set aside was resumed by hand.
    this.#aside.delete(id);
  }

  async #close({ job: id, at, data }: JournalEntry): Promise<void> {
    assertWhole(data, ["job.keeping", "job.service", "job.nodeId", "outcome"]);
    const record = await this.#read<SavedRecord>(data);
    this.#open.delete(id);
    this.headless.delete(id);
    this.#closed.set(id, { id, at, record });
  }

  /** A job that had been closed is in hand again when a message joined it. */
  #jobOf({ job: id, state }: JournalEntry): KeptJob | undefined {
    const open = this.#open.get(id);
    const closed = this.#closed.get(id);
    if (open || !closed) return open;
    const kept = reopened(closed);
    if (state === "joined") this.#open.set(id, kept);
    return kept;
  }

  async #goOn(kept: KeptJob, { state, at, data }: JournalEntry): Promise<void> {
    const { job } = kept;
    switch (state) {
      case "joined":
        reviveIfGivenUp(kept);
        this.#addClaim(kept, (data as { claim: SavedClaim }).claim);
        return;
      case "submitting": {
        const { attempt, request } = await this.#read<{ attempt: number; request?: Job["request"] }>(data);
        Object.assign(job, { phase: { state }, attempts: attempt, submittedAt: job.submittedAt ?? at });
        if (request) job.request = request;
        return;
      }
      case "submitted": {
        const { receipt } = await this.#read<{ receipt?: Receipt }>(data);
        Object.assign(job, { phase: { state }, ...(receipt && { receipt }) });
        return;
      }
      case "settled":
        kept.outcome = outcomeFrom(await this.#read<SavedOutcome>(data));
        Object.assign(job, { settledAt: at, phase: { state, outcome: kept.outcome } });
        settleFound(kept, kept.outcome, at);
        return;
      case "overdue":
        kept.overdue = errorFrom(await this.#read<SavedError>(data));
        return;
      case "told":
      case "delivered": {
        const { claim: id } = await this.#read<{ claim: string }>(data);
        const claim = kept.claims.find((one) => one.id === id);
        if (claim && state === "told") claim.isTold = true;
        if (claim && state === "delivered") dropClaim(kept, claim);
        if (kept.claims.length === 0) this.#open.delete(job.id);
        return;
      }
      case "absence":
        kept.absence = await this.#read<Absence>(data);
    }
  }

  #addClaim(kept: KeptJob, { id, nodeId, message }: SavedClaim): void {
    const claim: Claim = {
      id,
      kept,
      nodeId,
      bringBack: async () => {
        const { value, dropped, cut } = await this.#journal.read(message);
        claim.dropped = [...dropped, ...cut];
        return value as object;
      },
      isRecovered: true,
      dropped: [],
      isRepeat: kept.outcome !== undefined,
      isTold: false,
      isHandled: false,
    };
    kept.claims.push(claim);
    kept.isRecovered = true;
  }

  async #read<Data>(data: unknown): Promise<Data> {
    return (await this.#journal.read(data)).value as Data;
  }
}
