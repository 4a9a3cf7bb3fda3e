import { types } from "node:util";
import { FluxError } from "../errors";
import type { FluxMessage } from "./types";

/**
 * Makes sure, before anything is done for a message, that it can carry the result.
 *
 * @param properties what is written or taken away.
 * @throws FluxError FLUX_VALIDATION when the message is frozen or one of the properties cannot be written.
 */
export function assertWritable(message: FluxMessage, properties: readonly string[]): void {
  const fixed = properties.find((name) => !isWritable(message, name));
  if (fixed === undefined) return;
  const problem = `msg.${fixed} cannot be written, so the message could not carry the result`;
  throw new FluxError("FLUX_VALIDATION", `${problem}. Nothing was sent.`, {
    parameter: `msg.${fixed}`,
    violations: [{ parameter: `msg.${fixed}`, message: `${problem}.` }],
  });
}

/** Whether a member can be set and removed, whether it is there or not. Never throws. */
export const isWritable = (owner: object, name: string | number): boolean => {
  try {
    return types.isProxy(owner) ? takesBack(owner, name) : isFree(owner, name);
  } catch {
    return false;
  }
};

const isFree = (owner: object, name: string | number): boolean => {
  const property = Reflect.getOwnPropertyDescriptor(owner, name);
  if (property) return property.writable === true && property.configurable === true;
  return Reflect.isExtensible(owner) && !isFixedAbove(Reflect.getPrototypeOf(owner), name);
};

/** What is computed or read-only in a prototype cannot be set on the object either. */
const isFixedAbove = (prototype: object | null, name: string | number): boolean => {
  if (prototype === null) return false;
  const property = Reflect.getOwnPropertyDescriptor(prototype, name);
  return property ? property.writable !== true : isFixedAbove(Reflect.getPrototypeOf(prototype), name);
};

/** Only trying tells what a proxy lets be done. It has the same value afterwards. */
const takesBack = (proxy: object, name: string | number): boolean => {
  const value: unknown = Reflect.get(proxy, name);
  const isTaken = Reflect.set(proxy, name, value) && Reflect.deleteProperty(proxy, name);
  return isTaken && (value === undefined || Reflect.set(proxy, name, value));
};
