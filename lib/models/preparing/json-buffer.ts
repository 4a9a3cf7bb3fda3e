/**
 * Stands in a copy for a Buffer that went through JSON. A symbol, because nothing merges with it, descends into it or
 * sends it.
 */
export const JSON_BUFFER: unique symbol = Symbol("a Buffer that went through JSON");

/** What to do with one, to follow its description. */
export const MAKE_BUFFER = "Buffer.from(...) makes it a Buffer again";

const ownValue = (owner: object, name: string): unknown => Object.getOwnPropertyDescriptor(owner, name)?.value;

/** Whether a value is what JSON makes of a Buffer: `{"type":"Buffer","data":[137,80]}`. Nothing of it is called. */
export const isJsonBuffer = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null) return value === JSON_BUFFER;
  try {
    return ownValue(value, "type") === "Buffer" && Array.isArray(ownValue(value, "data"));
  } catch {
    // A proxy that throws.
    return false;
  }
};
