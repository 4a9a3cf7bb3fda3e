import type { Nanodollars } from "./money";

/** Shapes whose price is remembered; the one that was met least recently goes first. */
const MOST_SHAPES = 1000;

/** What one picture of a request of that shape cost last. */
export interface Price {
  readonly shape: string;
  readonly perPicture: Nanodollars;
}

/** The last known cost of a picture, by the shape of its request. */
export class Prices {
  // A Map keeps the order in which its keys were set.
  readonly #byShape = new Map<string, Nanodollars>();
  #last: string | undefined;

  learn({ shape, perPicture }: Price): void {
    // Mostly the same as before, which then need not be moved to the end.
    if (shape !== this.#last) this.#byShape.delete(shape);
    this.#byShape.set(shape, perPicture);
    this.#last = shape;
    if (this.#byShape.size <= MOST_SHAPES) return;
    const [oldest] = this.#byShape.keys();
    if (oldest !== undefined) this.#byShape.delete(oldest);
  }

  of(shape: string): Nanodollars | undefined {
    return this.#byShape.get(shape);
  }

  all(): Price[] {
    return [...this.#byShape].map(([shape, perPicture]) => ({ shape, perPicture }));
  }
}
