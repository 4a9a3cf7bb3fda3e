import type { Violation } from "../../errors";
import type { FluxRequest } from "../request";
import { describe } from "../wording/wording";
import { isJsonBuffer } from "./json-buffer";
import { isPlainObject, unreadable } from "./safe-copy";

/** A copy of what a message brought, and what was refused of it. */
interface Copied {
  copy: FluxRequest;
  violations: Violation[];
}

/**
 * Copies `msg.flux`, which nobody has looked at. What is no object is refused; undefined and null say that there is none.
 *
 * @param copy copies a plain object, as deeply as the caller has use for
 */
export const readFlux = (flux: unknown, copy: (flux: object, origin: string) => Copied): Copied => {
  if (flux === undefined || flux === null) return { copy: {}, violations: [] };
  try {
    if (isPlainObject(flux) && !isJsonBuffer(flux)) return copy(flux, "msg.flux");
  } catch {
    return { copy: {}, violations: [unreadable("msg.flux")] };
  }
  const value = describe(flux);
  const message = `msg.flux is ${value}, but must be an object with request parameters.`;
  return { copy: {}, violations: [{ parameter: "msg.flux", message, value, allowed: "an object" }] };
};
