import { peek } from "./peek";

/** Whether a value that is not ours is a list. A revoked proxy, at which `Array.isArray` throws, is none. */
export const isList = (value: unknown): value is readonly unknown[] => {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
};

/** How many elements a list that is not ours has; nothing of it is called. undefined of a proxy that does not tell. */
export const lengthOf = (list: readonly unknown[]): number | undefined => {
  const length = peek(list, "length");
  return typeof length === "number" && length >= 0 ? length : undefined;
};

/** The elements of a list that is not ours, by their places: an iterator of its own is not asked, as little as accessors. */
export const elementsOf = (list: readonly unknown[]): unknown[] =>
  Array.from({ length: lengthOf(list) ?? 0 }, (_, index) => peek(list, index));
