import type { Leaf } from "../../lib/models/model";

/** A seed by chance, in digits: within what the parameter takes, and small enough to stay exact as a number. */
export const randomSeed = ({ minimum = 0, largest }: Pick<Leaf, "minimum" | "largest">): string => {
  const lowest = BigInt(Math.max(0, minimum));
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  const highest = largest !== undefined && BigInt(largest) < limit ? BigInt(largest) : limit;
  const [bits = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  return String(lowest + (bits % (highest - lowest + 1n)));
};
