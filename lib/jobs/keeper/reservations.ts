import { type Budget, type Reservation, settleReservation, type Taken } from "../budget/budget";
import { isLimited } from "../budget/limits";
import type { Price } from "../budget/prices";
import type { Costs } from "../costs/costs";
import type { Job, Outcome } from "../job";
import type { ServiceIdentity } from "../service-identity";
import { totalCost } from "../total-cost";
import type { ClosedJob } from "./closed-jobs";
import type { KeptJob } from "./kept-job";
import type { RunContext } from "./run-context";
import type { Writer } from "./writer";

/** What budgets count goes back this far, in ms. */
export const DAY = 24 * 3_600_000;

/** Shapes of requests whose price is remembered. */
const MOST_PRICES = 1000;

/** What a job takes of the budget of the service that it was accepted for. */
export interface KnownReservation {
  service: ServiceIdentity;
  reservation: Reservation;
}

/** Keeps what jobs take of budgets, beyond the life of an account and of the process. */
export class Reservations {
  readonly #known = new Map<string, KnownReservation>();
  readonly #prices = new Map<string, Price>();
  /** The budgets that know it: as few as a process sees keys. */
  readonly #restored = new Set<Budget>();
  readonly #writer: Writer;
  readonly #costs: Pick<Costs, "settled">;

  constructor(writer: Writer, costs: Pick<Costs, "settled">) {
    this.#writer = writer;
    this.#costs = costs;
  }

  /** Takes in what the journal held. */
  found(known: readonly KnownReservation[], prices: readonly Price[]): void {
    for (const one of known) this.#known.set(one.reservation.job, one);
    for (const price of prices) this.#prices.set(price.shape, price);
  }

  /** Tells an account's budget what was taken of it before; once. */
  restore({ service: { budget }, isFor }: RunContext): void {
    if (this.#restored.has(budget)) return;
    this.#restored.add(budget);
    this.#forgetOld();
    const own = [...this.#known.values()].filter(({ service }) => isFor(service));
    budget.restore(
      own.map(({ reservation }) => reservation),
      [...this.#prices.values()],
    );
  }

  /**
   * A job has ended: what it took is put in the place of what was reserved for it, in whatever budget that is. The
   * account of its node may be another by now, or none.
   */
  settle(kept: KeptJob, outcome: Outcome): void {
    const { job, reservation } = kept;
    this.#costs.settled(job, outcome, kept.context?.isFor, reservation?.shape);
    const took = takenBy(job, outcome);
    if (!took) {
      delete kept.reservation;
      this.#release(job.id);
      return;
    }
    for (const budget of this.#restored) {
      const settled = budget.settle(job.id, took);
      if (!settled) continue;
      kept.reservation = settled;
      this.#take(job, settled, isLimited(budget));
      return;
    }
    // No account here has that budget; one that comes later is told.
    if (reservation?.state !== "reserved") return;
    settleReservation(reservation, took, Date.now());
    this.#take(job, reservation, false);
  }

  /**
   * A job has taken something. With the job itself it is written with that; else on its own, where there is a limit.
   */
  #take(job: Job, reservation: Reservation, isLimitedNow: boolean): void {
    const known = { service: job.service, reservation };
    // At the end of those that were settled before.
    this.#known.delete(job.id);
    this.#known.set(job.id, known);
    this.#forgetOld();
    if (!job.isJournalled && isLimitedNow) void this.#writer.noteSpending(job.id, "spending", known);
    const { state, shape, nanodollars, pictures } = reservation;
    if (state !== "spent" || nanodollars === undefined || pictures === 0) return;
    const price = { shape, perPicture: Math.ceil(nanodollars / pictures) };
    if (this.isLast(price)) return;
    this.#prices.delete(shape);
    this.#prices.set(shape, price);
    const [oldest] = this.#prices.keys();
    if (oldest !== undefined && this.#prices.size > MOST_PRICES) this.#prices.delete(oldest);
    if (job.isJournalled || isLimitedNow) void this.#writer.noteSpending(job.id, "price", price);
  }

  /** Whether a price is the last one of its shape. */
  isLast({ shape, perPicture }: Price): boolean {
    return this.#prices.get(shape)?.perPicture === perPicture;
  }

  /** Nothing was billed. */
  #release(id: string): void {
    this.#known.delete(id);
    for (const budget of this.#restored) budget.release(id);
  }

  #forgetOld(): void {
    const oldest = Date.now() - DAY;
    for (const [id, { reservation }] of this.#known) {
      if (reservation.state === "reserved") continue;
      // The others were settled later.
      if (reservation.at >= oldest) break;
      this.#known.delete(id);
    }
  }
}

/** A job was found with its outcome: the process ended before what it took was written down. */
export function settleFound(kept: KeptJob, outcome: Outcome, at: number): void {
  const took = takenBy(kept.job, outcome);
  if (!took) delete kept.reservation;
  else if (kept.reservation?.state === "reserved") settleReservation(kept.reservation, took, at);
}

/** What an ended job took: what its pictures cost, where all of them say so; undefined where nothing was billed. */
function takenBy({ expected = 1 }: Job, outcome: Outcome): Taken | undefined {
  if ("error" in outcome) return outcome.error.cause.billed === "no" ? undefined : { pictures: expected };
  const { pictures } = outcome.answer;
  const dollars = totalCost(pictures);
  return { pictures: pictures.length, ...(dollars !== undefined && { dollars }) };
}

/** Those that are written with jobs. */
export const reservationsOf = (open: readonly KeptJob[], closed: readonly ClosedJob[]): KnownReservation[] => [
  ...open.flatMap(({ job: { service }, reservation }) => (reservation ? [{ service, reservation }] : [])),
  ...closed.flatMap(({ record: { job, spent } }) => (spent ? [{ service: job.service, reservation: spent }] : [])),
];
