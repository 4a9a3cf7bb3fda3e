import { isList } from "./is-list";
import { peek } from "./peek";

/**
 * Stands in a copy for a Buffer that went through JSON. A symbol, because nothing merges with it, descends into it or
 * sends it.
 */
export const JSON_BUFFER: unique symbol = Symbol("a Buffer that went through JSON");

/** What to do with one, to follow its description. */
export const MAKE_BUFFER = "Buffer.from(...) makes it a Buffer again";

/** Whether a value is what JSON makes of a Buffer: `{"type":"Buffer","data":[137,80]}`. Nothing of it is called. */
export const isJsonBuffer = (value: unknown): boolean =>
  value === JSON_BUFFER || (peek(value, "type") === "Buffer" && isList(peek(value, "data")));
