import { type BudgetLimits, isLimited, NO_LIMITS } from "./limits";
import { inNanodollars, type Nanodollars } from "./money";
import { type Price, Prices } from "./prices";
import { type Excess, overBudget } from "./refusal";
import { RollingWindow } from "./window";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What a job is expected to take. */
interface Demand {
  /** What decides its price; see `shapeOf`. */
  readonly shape: string;
  pictures: number;
  /** Ms since 1970. */
  at: number;
}

/** What a job takes, or has taken, of a budget: plain data, which is kept with the job and changes with it. */
export interface Reservation extends Demand {
  readonly job: string;
  /** The worst case, or what it was; absent when unknown. */
  nanodollars?: Nanodollars;
  /**
   * "spent", or "estimated" where nobody knows the cost, so that the worst case stands: `at` then is when it was settled.
   * "released": nothing was billed, and nothing counts.
   */
  state: "reserved" | "spent" | "estimated" | "released";
}

/** What a job has taken. */
export interface Taken {
  /** Where the cost is known. */
  dollars?: number;
  pictures: number;
}

/** Puts what a job has taken in the place of its worst case. */
export function settleReservation(reservation: Reservation, { dollars, pictures }: Taken, at: number): void {
  const isKnown = dollars !== undefined && Number.isFinite(dollars) && dollars >= 0;
  reservation.pictures = pictures;
  reservation.at = at;
  reservation.state = isKnown ? "spent" : "estimated";
  if (isKnown) reservation.nanodollars = inNanodollars(dollars);
}

/**
 * What a key may spend in any hour and any 24 hours. It keeps the count; making that durable is the keeper's.
 * A job reserves its worst case before anything is sent, and what it really took replaces that.
 */
export class Budget {
  /** As the accounts of the key set them now. */
  limits: BudgetLimits = NO_LIMITS;
  readonly #reserved = new Map<string, Reservation>();
  readonly #hour = new RollingWindow(HOUR);
  readonly #day = new RollingWindow(DAY);
  readonly #prices = new Prices();
  #reservedPictures = 0;
  #reservedNanodollars = 0;

  /**
   * Sets aside what a job may cost: the last known cost of its shape, else the account's price for its pictures. Where
   * neither is known the dollars count when they are spent.
   *
   * @throws FluxError FLUX_QUOTA with the time at which it would fit, when a limit stands against it.
   */
  reserve(job: string, { shape, pictures, at }: Demand, limits: BudgetLimits = this.limits): Reservation {
    const already = this.#reserved.get(job);
    if (already) return already;
    const price = this.#prices.of(shape) ?? (inNanodollars(limits.pricePerPicture) || undefined);
    const reservation: Reservation = { job, shape, pictures, at, state: "reserved" };
    if (price !== undefined) reservation.nanodollars = price * pictures;
    const excesses = isLimited({ limits }) ? this.#excesses(reservation, limits) : [];
    if (excesses.length > 0) throw overBudget(excesses, at);
    this.#hold(reservation);
    return reservation;
  }

  /**
   * A job has taken what it took: `pictures` as many as are paid for, and their cost where it is known.
   *
   * @param at ms since 1970; now when left out.
   * @returns its reservation, which now says what was taken; undefined when it has none: it was paid for elsewhere.
   */
  settle(job: string, took: Taken, at = Date.now()): Reservation | undefined {
    const reservation = this.#letGo(job);
    if (!reservation) return undefined;
    settleReservation(reservation, took, at);
    this.#count(reservation);
    return reservation;
  }

  /** Nothing was billed. */
  release(job: string): void {
    const reservation = this.#letGo(job);
    if (reservation) reservation.state = "released";
  }

  /** Takes back what an earlier process knew. What is known already is not counted again. */
  restore(entries: readonly Reservation[], prices: readonly Price[] = []): void {
    for (const price of prices) this.#prices.learn(price);
    // None is counted twice.
    const counted = new Set(this.#day.jobs());
    for (const entry of [...entries].sort((one, other) => one.at - other.at)) {
      if (counted.has(entry.job) || entry.state === "released") continue;
      if (entry.state === "reserved") {
        if (!this.#reserved.has(entry.job)) this.#hold(entry);
        continue;
      }
      this.#letGo(entry.job);
      counted.add(entry.job);
      this.#count(entry);
    }
  }

  /** The last known costs, for the next process. */
  prices(): Price[] {
    return this.#prices.all();
  }

  #hold(reservation: Reservation): void {
    this.#reserved.set(reservation.job, reservation);
    this.#reservedPictures += reservation.pictures;
    this.#reservedNanodollars += reservation.nanodollars ?? 0;
  }

  #letGo(job: string): Reservation | undefined {
    const reservation = this.#reserved.get(job);
    if (!reservation) return undefined;
    this.#reserved.delete(job);
    this.#reservedPictures -= reservation.pictures;
    this.#reservedNanodollars -= reservation.nanodollars ?? 0;
    return reservation;
  }

  #count({ job, shape, at, pictures, nanodollars = 0, state }: Reservation): void {
    if (state === "spent" && pictures > 0) {
      this.#prices.learn({ shape, perPicture: Math.ceil(nanodollars / pictures) });
    }
    const spent = { job, at, pictures, nanodollars };
    this.#hour.add(spent);
    this.#day.add(spent);
  }

  #excesses({ at, pictures, nanodollars }: Reservation, limits: BudgetLimits): Excess[] {
    const excesses: Excess[] = [];
    const weigh = (window: RollingWindow, limit: number, unit: Excess["unit"], wanted: number | undefined) => {
      if (limit === 0) return;
      const spent = window.sums(at)[unit];
      const reserved = unit === "pictures" ? this.#reservedPictures : this.#reservedNanodollars;
      // Of unknown cost: it fits as long as anything is left.
      const least = wanted ?? 1;
      const tooMuch = spent + reserved + least - limit;
      if (tooMuch <= 0) return;
      const period = window.length === HOUR ? "hour" : "day";
      const common = { unit, period, limit, spent, reserved, wanted } as const;
      if (least > limit) excesses.push({ ...common, opensAt: undefined });
      // What is reserved counts, at the longest, as if it were spent now.
      else excesses.push({ ...common, opensAt: window.freeAt(tooMuch, unit) ?? at + window.length });
    };
    weigh(this.#hour, limits.picturesPerHour, "pictures", pictures);
    weigh(this.#day, limits.picturesPerDay, "pictures", pictures);
    weigh(this.#hour, atLeastOne(limits.dollarsPerHour), "nanodollars", nanodollars);
    weigh(this.#day, atLeastOne(limits.dollarsPerDay), "nanodollars", nanodollars);
    return excesses;
  }
}

/** A limit so small that nothing is left of it is still a limit. */
const atLeastOne = (dollars: number): Nanodollars => (dollars > 0 ? Math.max(1, inNanodollars(dollars)) : 0);
