import type { Violation } from "../../errors";
import { nameOf, type Place, takeOut } from "../places";
import { describe } from "../wording/wording";
import { isJsonBuffer, MAKE_BUFFER } from "./json-buffer";

/**
 * Takes out, in place, what JSON cannot write of parameters that the model does not know; of those that it knows, the
 * schema says so.
 */
export const refuseUnsendable = (places: readonly Place[]): Violation[] => {
  const violations: Violation[] = [];
  for (const place of places) {
    const { value, leaf } = place;
    const isSendable =
      !isJsonBuffer(value) && typeof value !== "bigint" && (typeof value !== "number" || Number.isFinite(value));
    if (isSendable || leaf) continue;
    const parameter = nameOf(place);
    const problem = isJsonBuffer(value) ? `; ${MAKE_BUFFER}` : ", which JSON cannot carry";
    violations.push({ parameter, message: `${parameter} is ${describe(value)}${problem}.` });
    takeOut(place);
  }
  return violations;
};
