import { listPriceOf } from "./list-prices";
import { type PriceRow, rowFor } from "./price-table";
import type { PricedShape } from "./shape";

/** What runs like one did cost per picture, in US dollars. */
export interface SeenCosts {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** How many runs. */
  readonly count: number;
}

/** Why there is no estimate. */
type UnknownBecause =
  | { readonly reason: "noAccount" }
  /** Nobody has said a price for such a picture, and none was made yet. */
  | { readonly reason: "noPrice" }
  /** What decides the price is only known when a message comes. */
  | { readonly reason: "elsewhere"; readonly parameters: readonly string[] };

/** What a run may cost, in US dollars. */
export interface Estimate {
  readonly source: "seen" | "table" | "list" | "unknown";
  readonly perPicture?: number;
  /** Absent where the message decides. */
  readonly pictures?: number;
  readonly total?: number;
  /** Of "seen": how many runs, and what their pictures did cost at least and at most. */
  readonly count?: number;
  readonly low?: number;
  readonly high?: number;
  /** The size and steps that it is for, as far as they are known. */
  readonly at?: Pick<PricedShape, "width" | "height" | "steps">;
  readonly unknownBecause?: UnknownBecause;
}

/** What an estimate is made of. */
export interface EstimateSources {
  /** The type of the inference node. */
  readonly type: string;
  /** Undefined where the request has something that the model is not known to have. */
  readonly shape: PricedShape | undefined;
  readonly pictures: number | undefined;
  /** Parameters that may change the price and are not known yet. */
  readonly elsewhere: readonly string[];
  readonly seen: (shape: PricedShape) => SeenCosts | undefined;
  readonly table: readonly PriceRow[];
  /** Members of the request that nodes upstream bring. */
  readonly brought: readonly string[];
  /** The published prices are those of the service, not of its sandbox. */
  readonly hasListPrices: boolean;
}

/** What a run may cost: as runs like it did, else as the author's table says, else as the provider publishes. */
export function estimate(sources: EstimateSources): Estimate {
  const { type, shape, pictures, elsewhere, brought, seen, table, hasListPrices } = sources;
  const { width, height, steps } = shape ?? {};
  const at = {
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(steps !== undefined && { steps }),
  };
  const common = { ...(pictures !== undefined && { pictures }), at };
  const costing = (source: "seen" | "table" | "list", perPicture: number): Estimate => ({
    source,
    perPicture,
    ...common,
    ...(pictures !== undefined && { total: Math.round(perPicture * pictures * 1e9) / 1e9 }),
  });
  const known = elsewhere.length === 0 ? shape : undefined;
  const costs = known && seen(known);
  if (costs) {
    const { median, count, low, high } = costs;
    return { ...costing("seen", median), count, low, high };
  }
  const row = rowFor(table, { model: type, ...at });
  if (row) return costing("table", row.dollars);
  const listed = known && hasListPrices && brought.length === 0 ? listPriceOf(known) : undefined;
  if (listed !== undefined) return costing("list", listed);
  return {
    source: "unknown",
    ...common,
    unknownBecause: elsewhere.length > 0 ? { reason: "elsewhere", parameters: elsewhere } : { reason: "noPrice" },
  };
}
