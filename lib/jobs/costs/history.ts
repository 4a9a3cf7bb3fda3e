import type { SeenCosts } from "../../models/prices/estimate";
import type { Nanodollars } from "../budget/money";

/** Costs that are kept of a shape: prices change, and the latest count. */
const MOST_COSTS = 20;

/** Shapes that are kept; the one that was met least recently goes first. */
const MOST_SHAPES = 500;

/** What pictures of one shape did cost at one place, oldest first. */
export interface ShapeCosts {
  /** A service in an environment: what its sandbox charges says nothing about the service. */
  readonly place: string;
  /** See `shapeText`. */
  readonly shape: string;
  /** Of one picture, job by job. */
  readonly costs: readonly Nanodollars[];
}

const DOLLAR = 1e9;

/** The costs that were seen, by place and shape. */
export class CostHistory {
  // A Map keeps the order in which its keys were set.
  readonly #kept = new Map<string, ShapeCosts & { readonly costs: Nanodollars[] }>();
  #last: string | undefined;

  learn(place: string, shape: string, cost: Nanodollars): void {
    const key = keyOf({ place, shape });
    const known = this.#kept.get(key) ?? { place, shape, costs: [] };
    known.costs.push(cost);
    if (known.costs.length > MOST_COSTS) known.costs.shift();
    // Mostly the same as before, which then need not be moved to the end.
    if (key !== this.#last) this.#kept.delete(key);
    this.#kept.set(key, known);
    this.#last = key;
    if (this.#kept.size <= MOST_SHAPES) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  /** What runs did cost of which the shape is this one, or one like it. */
  of(place: string, shape: string, isLike?: (text: string) => boolean): SeenCosts | undefined {
    const alike = isLike
      ? [...this.#kept.values()].filter((one) => one.place === place && isLike(one.shape))
      : [this.#kept.get(keyOf({ place, shape }))];
    const sorted = alike.flatMap((one) => one?.costs ?? []).sort((one, other) => one - other);
    const [low] = sorted;
    const high = sorted.at(-1);
    if (low === undefined || high === undefined) return undefined;
    return { median: medianOf(sorted) / DOLLAR, low: low / DOLLAR, high: high / DOLLAR, count: sorted.length };
  }

  /** Takes back what an earlier process knew; what this one has seen meanwhile comes after it. */
  restore(found: readonly ShapeCosts[]): void {
    const later = this.all();
    this.#kept.clear();
    for (const { place, shape, costs } of [...found, ...later]) {
      for (const cost of costs) this.learn(place, shape, cost);
    }
  }

  all(): ShapeCosts[] {
    return [...this.#kept.values()];
  }
}

const keyOf = ({ place, shape }: Pick<ShapeCosts, "place" | "shape">): string => `${place}\n${shape}`;

/** Of the two in the middle, their mean. */
function medianOf(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2;
  return Math.round(((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2);
}
