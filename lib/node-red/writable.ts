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

/** Whether a member can be set and removed, whether it is there or not. */
export const isWritable = (owner: object, name: string | number): boolean => {
  const property = Reflect.getOwnPropertyDescriptor(owner, name);
  return property ? property.writable === true && property.configurable === true : Reflect.isExtensible(owner);
};
