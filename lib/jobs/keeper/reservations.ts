import type { Budget, Reservation } from "../budget/budget";
import type { Price } from "../budget/prices";
import type { Job } from "../job";
import type { ServiceIdentity } from "../service-identity";
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

  constructor(writer: Writer) {
    this.#writer = writer;
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
   * A job has taken something. With the job itself it is written with that; else on its own, where there is a limit.
   */
  take(job: Job, reservation: Reservation, isLimited: boolean): void {
    const known = { service: job.service, reservation };
    this.#known.set(job.id, known);
    if (!job.isJournalled && isLimited) void this.#writer.noteSpending(job.id, "spending", known);
    const { state, shape, nanodollars, pictures } = reservation;
    if (state !== "spent" || nanodollars === undefined || pictures === 0) return;
    const price = { shape, perPicture: Math.ceil(nanodollars / pictures) };
    if (this.isLast(price)) return;
    this.#prices.delete(shape);
    this.#prices.set(shape, price);
    const [oldest] = this.#prices.keys();
    if (oldest !== undefined && this.#prices.size > MOST_PRICES) this.#prices.delete(oldest);
    if (job.isJournalled || isLimited) void this.#writer.noteSpending(job.id, "price", price);
  }

  /** Whether a price is the last one of its shape. */
  isLast({ shape, perPicture }: Price): boolean {
    return this.#prices.get(shape)?.perPicture === perPicture;
  }

  /** Nothing was billed. The account of its node may be another by now, or none. */
  release({ id }: Pick<Job, "id">): void {
    this.#known.delete(id);
    for (const budget of this.#restored) budget.release(id);
  }

  #forgetOld(): void {
    const oldest = Date.now() - DAY;
    for (const [id, { reservation }] of this.#known) {
      if (reservation.state !== "reserved" && reservation.at < oldest) this.#known.delete(id);
    }
  }
}

/** Those that are written with jobs. */
export const reservationsOf = (open: readonly KeptJob[], closed: readonly ClosedJob[]): KnownReservation[] => [
  ...open.flatMap(({ job: { service }, reservation }) => (reservation ? [{ service, reservation }] : [])),
  ...closed.flatMap(({ record: { job, spent } }) => (spent ? [{ service: job.service, reservation: spent }] : [])),
];
