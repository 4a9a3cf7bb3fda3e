import type { Nanodollars } from "./money";

/** Something that was spent, at a time in ms since 1970. */
export interface Spent {
  job: string;
  at: number;
  pictures: number;
  nanodollars: Nanodollars;
}

/** What was spent in the last so many ms: a sum that forgets. */
export class RollingWindow {
  readonly length: number;
  // Oldest first; those before `#first` do not count any more.
  #spent: Spent[] = [];
  #first = 0;
  #pictures = 0;
  #nanodollars = 0;

  constructor(length: number) {
    this.length = length;
  }

  /** Takes in what was spent now, or before: of what comes late the place is found. */
  add(spent: Spent): void {
    let place = this.#spent.length;
    while (place > this.#first && (this.#spent[place - 1]?.at ?? 0) > spent.at) place -= 1;
    if (place === this.#spent.length) this.#spent.push(spent);
    else this.#spent.splice(place, 0, spent);
    this.#pictures += spent.pictures;
    this.#nanodollars += spent.nanodollars;
    // Also where no limit asks for the sums.
    this.#forget(this.#spent.at(-1)?.at ?? spent.at);
  }

  /** The sums over the window that ends at `now`. */
  sums(now: number): { pictures: number; nanodollars: Nanodollars } {
    this.#forget(now);
    return { pictures: this.#pictures, nanodollars: this.#nanodollars };
  }

  #forget(now: number): void {
    for (let oldest = this.#spent[this.#first]; oldest && oldest.at <= now - this.length; ) {
      this.#pictures -= oldest.pictures;
      this.#nanodollars -= oldest.nanodollars;
      this.#first += 1;
      oldest = this.#spent[this.#first];
    }
    if (this.#first > 1000 && this.#first * 2 > this.#spent.length) {
      this.#spent = this.#spent.slice(this.#first);
      this.#first = 0;
    }
  }

  /** The jobs that count now. */
  jobs(): string[] {
    return this.#spent.slice(this.#first).map(({ job }) => job);
  }

  /** When `amount` of what counts now will have been forgotten; undefined when it holds less than that. */
  freeAt(amount: number, unit: "pictures" | "nanodollars"): number | undefined {
    let freed = 0;
    for (let index = this.#first; index < this.#spent.length; index += 1) {
      const spent = this.#spent[index];
      if (!spent) break;
      freed += spent[unit];
      if (freed >= amount) return spent.at + this.length;
    }
    return undefined;
  }
}
