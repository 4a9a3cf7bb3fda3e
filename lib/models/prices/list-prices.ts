import type { PricedShape } from "./shape";

/** What a provider asks for a picture of exactly this shape, in US dollars. */
interface ListPrice extends Required<Omit<PricedShape, "features">> {
  readonly dollars: number;
}

/**
 * The prices that providers publish for the models of this pack, for exactly the size and the steps that they name.
 *
 * Runware's page for FLUX.1 Krea [dev] (runware.ai/docs/models/krea-flux-1-krea-dev) says "1024x1024, 28 steps: $0.0098";
 * no other page names a price. What examples there happened to be charged is no price.
 */
const listPrices: readonly ListPrice[] = [
  { model: "runware:107@1", width: 1024, height: 1024, steps: 28, dollars: 0.0098 },
];

/** The published price of a picture; undefined where none is, and for everything that goes beyond a plain picture. */
export function listPriceOf({ model, width, height, steps, features }: PricedShape): number | undefined {
  if (features.length > 0) return undefined;
  return listPrices.find(
    (price) => price.model === model && price.width === width && price.height === height && price.steps === steps,
  )?.dollars;
}
