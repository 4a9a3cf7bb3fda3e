import type { FluxRequest } from "../request";

/** An object with members: no list, no bytes. For safe copies only. */
export const isObject = (value: unknown): value is FluxRequest =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** A copy whose lists and objects are its own; what is in them, Buffers too, stays the same. Of a safe copy. */
const copied = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(copied);
  return isObject(value) ? copiedMembers(value) : value;
};

export const copiedMembers = (object: FluxRequest): FluxRequest => {
  const copy: FluxRequest = {};
  for (const name of Object.keys(object)) copy[name] = copied(object[name]);
  return copy;
};

/** Lays `over` on `base`: objects member by member, everything else, lists included, replaced. Both are safe copies. */
export const merged = (base: FluxRequest, over: FluxRequest): FluxRequest => {
  const result: FluxRequest = Object.assign({}, base);
  for (const name of Object.keys(over)) {
    const value = over[name];
    const below = result[name];
    result[name] = isObject(below) && isObject(value) ? merged(below, value) : value;
  }
  return result;
};
