import type { Violation } from "../../errors";
import type { ParameterSet } from "../model";
import { parametersOf } from "../parameters";
import { generalPath, plainValues, removeAt, writePath } from "../paths";
import type { FluxRequest } from "../request";
import { describe } from "../wording/wording";
import { isJsonBuffer, MAKE_BUFFER } from "./json-buffer";

/**
 * Takes out, in place, what JSON cannot write of parameters that the model does not know; of those that it knows, the
 * schema says so.
 */
export const refuseUnsendable = (model: ParameterSet, request: FluxRequest): Violation[] => {
  const { leaves } = parametersOf(model);
  const violations: Violation[] = [];
  for (const { path, value } of [...plainValues(request)]) {
    const isSendable =
      !isJsonBuffer(value) && typeof value !== "bigint" && (typeof value !== "number" || Number.isFinite(value));
    if (isSendable || leaves.has(generalPath(path))) continue;
    const parameter = writePath(path);
    const problem = isJsonBuffer(value) ? `; ${MAKE_BUFFER}` : ", which JSON cannot carry";
    violations.push({ parameter, message: `${parameter} is ${describe(value)}${problem}.` });
    removeAt(request, path);
  }
  return violations;
};
