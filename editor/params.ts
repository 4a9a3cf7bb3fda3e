import type { ModelFacts } from "../lib/models/model";
import type { Typed } from "./node-red";
import { asTyped } from "./saved-node";

/**
 * What an author set in a dialog, by path: `steps`, `lora.0.model`. A path names list elements by number, a pattern
 * names any of them: `lora[].model`.
 */
export type Values = ReadonlyMap<string, Typed>;

const isIndex = (segment: string): boolean => /^\d+$/.test(segment);

/** `ipAdapters.0.guideImages.1` -> `ipAdapters[].guideImages[]`. */
export const patternOf = (path: string): string => path.replaceAll(/\.\d+(?=\.|$)/g, "[]");

/** The saved `params` property as a map; what is no typed value is left out. */
export const readParams = (saved: unknown): Map<string, Typed> => {
  const values = new Map<string, Typed>();
  if (typeof saved !== "object" || saved === null) return values;
  for (const [path, value] of Object.entries(saved)) {
    const typed = asTyped(value);
    if (typed !== undefined) values.set(path, typed);
  }
  return values;
};

/** The numbers of the elements in which something is set, by the path of their list, in order. */
export const indexesIn = (values: ReadonlyMap<string, unknown>): Map<string, number[]> => {
  const used = new Map<string, Set<number>>();
  for (const path of values.keys()) {
    const segments = path.split(".");
    segments.forEach((segment, depth) => {
      if (!isIndex(segment)) return;
      const list = segments.slice(0, depth).join(".");
      used.set(list, (used.get(list) ?? new Set<number>()).add(Number(segment)));
    });
  }
  return new Map([...used].map(([list, indexes]) => [list, [...indexes].sort((left, right) => left - right)]));
};

/** Renumbers list elements so that none is missing in between: an element in which nothing is set is none. */
export const closeGaps = <Value>(values: ReadonlyMap<string, Value>): Map<string, Value> => {
  const used = indexesIn(values);
  const renumbered = (path: string): string => {
    const segments = path.split(".");
    return segments
      .map((segment, depth) => {
        const indexes = isIndex(segment) ? used.get(segments.slice(0, depth).join(".")) : undefined;
        return indexes === undefined ? segment : String(indexes.indexOf(Number(segment)));
      })
      .join(".");
  };
  return new Map([...values].map(([path, value]) => [renumbered(path), value]));
};

/** Compares paths by the schema's order, list elements by number; what the schema does not know comes last. */
export const bySchema = (facts: ModelFacts): ((left: string, right: string) => number) => {
  const positions = new Map<string, number>();
  facts.leaves.forEach((leaf, position) => {
    const segments = leaf.path.split(".");
    for (let depth = 1; depth <= segments.length; depth++) {
      const prefix = segments.slice(0, depth).join(".").replace(/\[\]$/, "");
      if (!positions.has(prefix)) positions.set(prefix, position);
    }
  });
  const position = (segments: readonly string[], depth: number): number =>
    positions.get(patternOf(segments.slice(0, depth + 1).join("."))) ?? Number.MAX_SAFE_INTEGER;
  return (left, right) => {
    const ours = left.split(".");
    const theirs = right.split(".");
    for (const [depth, segment] of ours.entries()) {
      const other = theirs[depth];
      if (other === undefined) return 1;
      if (segment === other) continue;
      if (isIndex(segment) && isIndex(other)) return Number(segment) - Number(other);
      return position(ours, depth) - position(theirs, depth);
    }
    return ours.length - theirs.length;
  };
};

/** The `params` property for these values: a new object, in the schema's order, without gaps in lists. */
export const writeParams = (values: Values, facts: ModelFacts): Record<string, Typed> => {
  const compare = bySchema(facts);
  return Object.fromEntries([...closeGaps(values)].sort(([left], [right]) => compare(left, right)));
};

/** Whether two maps hold the same values, in whatever order. */
export const sameValues = (left: Values, right: Values): boolean =>
  left.size === right.size &&
  [...left].every(([path, { type, value }]) => {
    const other = right.get(path);
    return other !== undefined && other.type === type && other.value === value;
  });

/** How many elements of the list at `path` have something set in them, or stand before one that has. */
export const elementCount = (values: Values, path: string): number => {
  let count = 0;
  for (const name of values.keys()) {
    if (!name.startsWith(`${path}.`)) continue;
    const segment = name.slice(path.length + 1).split(".")[0] ?? "";
    if (isIndex(segment)) count = Math.max(count, Number(segment) + 1);
  }
  return count;
};

/** The values with the elements of the list at `path` in other places; those without a place are gone. */
const rearranged = (
  values: Values,
  path: string,
  placeOf: (index: number) => number | undefined,
): Map<string, Typed> => {
  const kept = new Map<string, Typed>();
  for (const [name, typed] of values) {
    const [segment = "", ...rest] = name.startsWith(`${path}.`) ? name.slice(path.length + 1).split(".") : [];
    const place = isIndex(segment) ? placeOf(Number(segment)) : undefined;
    if (!isIndex(segment)) kept.set(name, typed);
    else if (place !== undefined) kept.set([path, String(place), ...rest].join("."), typed);
  }
  return kept;
};

/** The values without element `index` of the list at `path`; later elements move up. */
export const withoutElement = (values: Values, path: string, index: number): Map<string, Typed> =>
  rearranged(values, path, (place) => (place === index ? undefined : place > index ? place - 1 : place));

/** The values with two elements of the list at `path` in each other's place. */
export const withSwapped = (values: Values, path: string, first: number, second: number): Map<string, Typed> =>
  rearranged(values, path, (place) => (place === first ? second : place === second ? first : place));
