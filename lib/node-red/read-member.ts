import { refusal } from "../models/preparing/refusal";
import { unreadable } from "../models/preparing/safe-copy";
import type { FluxMessage } from "./types";

/**
 * A member of a message, which may be computed when it is read, or be its prototype's.
 * @throws FluxError FLUX_VALIDATION when reading it throws.
 */
export const readMember = (message: FluxMessage, name: string): unknown =>
  reading(name, () => Reflect.get(message, name));

/**
 * The same, but for a member of its prototype: that is undefined.
 * @throws FluxError FLUX_VALIDATION when reading it throws.
 */
export const readOwnMember = (message: FluxMessage, name: string): unknown =>
  reading(name, () => (Object.hasOwn(message, name) ? Reflect.get(message, name) : undefined));

function reading(name: string, read: () => unknown): unknown {
  try {
    return read();
  } catch {
    const property = `msg.${name}`;
    throw refusal(property, [unreadable(property)]);
  }
}
