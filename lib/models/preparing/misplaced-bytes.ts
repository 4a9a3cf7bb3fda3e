import type { Violation } from "../../errors";
import type { ParameterSet } from "../model";
import { parametersOf } from "../parameters";
import { generalPath, plainValues, removeAt } from "../paths";
import type { FluxRequest } from "../request";
import { objectViolation } from "../wording/violations";

/**
 * Takes out, in place, the Buffers that stand where objects belong: `inputs`, `lora[0]`. To a validator each of their bytes
 * is a member that the schema does not know.
 */
export const refuseMisplacedBytes = (model: ParameterSet, request: FluxRequest): Violation[] => {
  const parameters = parametersOf(model);
  return [...plainValues(request)].flatMap(({ path, value }) => {
    if (!Buffer.isBuffer(value) || !parameters.objects.has(generalPath(path))) return [];
    const violation = objectViolation(parameters, path, value);
    removeAt(request, path);
    return [violation];
  });
};
