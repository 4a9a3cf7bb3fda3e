import { RecentMap } from "../../recent-map";
import type { Nanodollars } from "../budget/money";
import type { ServiceIdentity } from "../service-identity";

/** What was spent with one key of one service on one day. */
export interface DayTotal {
  readonly service: ServiceIdentity;
  nanodollars: Nanodollars;
  /** Pictures that were made. */
  pictures: number;
  /** Jobs of which nobody knows what they, or some of their pictures, did cost. */
  unknown: number;
}

/** What one job did take. */
export interface JobTotal {
  readonly nanodollars: Nanodollars;
  readonly pictures: number;
  readonly isUnknown: boolean;
}

/** Totals of a day, for the next process. */
export interface SavedDay {
  readonly day: string;
  readonly totals: readonly DayTotal[];
}

/** Jobs that are remembered as counted. */
const MOST_JOBS = 2000;

/** The sums of the calendar day that it is where Node-RED runs. They begin anew at midnight. */
export class DayTotals {
  #day = today();
  #totals: DayTotal[] = [];
  /** What each job of the day was counted with, so that none counts twice. */
  readonly #counted = new RecentMap<string, { total: DayTotal; job: JobTotal }>(MOST_JOBS);

  /**
   * Counts a job. One that is known counts once, unless nobody knew what it had cost: then what is known now takes the
   * place of that.
   *
   * @param isSame whether an identity is that of the same account: each process salts the fingerprint of a key anew.
   * @returns whether it was counted.
   */
  add(id: string, service: ServiceIdentity, job: JobTotal, isSame: (other: ServiceIdentity) => boolean): boolean {
    this.#turn();
    const earlier = this.#counted.get(id);
    if (earlier && !earlier.job.isUnknown) return false;
    if (earlier) change(earlier.total, earlier.job, -1);
    const total = earlier?.total ?? this.#totalOf(service, isSame);
    change(total, job, 1);
    this.#counted.set(id, { total, job });
    return true;
  }

  /** Whether a job was counted today, with an unknown cost. */
  isOpen(id: string): boolean {
    this.#turn();
    return this.#counted.get(id)?.job.isUnknown === true;
  }

  all(): readonly Readonly<DayTotal>[] {
    this.#turn();
    return this.#totals;
  }

  saved(): SavedDay {
    return { totals: this.all(), day: this.#day };
  }

  /** Takes back what an earlier process counted, if that was today. */
  restore({ day, totals }: SavedDay): void {
    this.#turn();
    if (day === this.#day) this.#totals.unshift(...totals.map((total) => ({ ...total })));
  }

  #totalOf(service: ServiceIdentity, isSame: (other: ServiceIdentity) => boolean): DayTotal {
    const known = this.#totals.find(
      (total) => total.service === service || (total.service.key === service.key && isPlaceOf(total.service, service)),
    );
    const same = known ?? (isSame(service) ? this.#totals.find((total) => isSame(total.service)) : undefined);
    if (same) return same;
    const made = { service, nanodollars: 0, pictures: 0, unknown: 0 };
    this.#totals.push(made);
    return made;
  }

  #turn(): void {
    const day = today();
    if (day === this.#day) return;
    this.#day = day;
    this.#totals = [];
    this.#counted.clear();
  }
}

const isPlaceOf = (one: ServiceIdentity, other: ServiceIdentity): boolean =>
  one.provider === other.provider &&
  one.environment === other.environment &&
  JSON.stringify(one.addresses) === JSON.stringify(other.addresses);

function change(total: DayTotal, { nanodollars, pictures, isUnknown }: JobTotal, by: 1 | -1): void {
  total.nanodollars += by * nanodollars;
  total.pictures += by * pictures;
  if (isUnknown) total.unknown += by;
}

/** "2026-11-22", by the clock on the wall; a day changes with a minute in every time zone. */
function today(): string {
  const now = Date.now();
  const minute = Math.floor(now / 60_000);
  if (minute === looked.minute) return looked.day;
  const date = new Date(now);
  const digits = (value: number) => String(value).padStart(2, "0");
  looked = { minute, day: `${date.getFullYear()}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}` };
  return looked.day;
}

let looked = { minute: Number.NaN, day: "" };
