import type { Violation } from "../../errors";
import type { ParameterSet } from "../model";
import { parametersOf } from "../parameters";
import { type Place, pathOf, takeOut } from "../places";
import { objectViolation } from "../wording/violations";

/**
 * Takes out, in place, the Buffers that stand where objects belong: `inputs`, `lora[0]`. To a validator each of their bytes
 * is a member that the schema does not know.
 */
export const refuseMisplacedBytes = (model: ParameterSet, places: readonly Place[]): Violation[] => {
  const violations: Violation[] = [];
  for (const place of places) {
    if (!place.parameter?.isObject || !Buffer.isBuffer(place.value)) continue;
    violations.push(objectViolation(parametersOf(model), pathOf(place), place.value));
    takeOut(place);
  }
  return violations;
};
