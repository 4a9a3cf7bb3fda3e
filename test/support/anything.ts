import fc from "fast-check";

/** Whatever a message may hold: data of every kind, with holes, without prototypes, with names that break into objects. */
export const anythingWith = (key: fc.Arbitrary<string>, maxDepth: number): fc.Arbitrary<unknown> =>
  fc.anything({
    key,
    maxDepth,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
  });
