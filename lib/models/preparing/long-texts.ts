import type { Violation } from "../../errors";
import type { ParameterSet } from "../model";
import { parametersOf } from "../parameters";
import { generalPath, plainValues, removeAt, writePath } from "../paths";
import type { FluxRequest } from "../request";
import { allowedValues, grouped, named } from "../wording/wording";

/** Characters; more than any parameter but a picture has use for. */
const LONGEST_TEXT = 100_000;

/** Takes out, in place, what is too long by its length alone, so that nothing scans it. The prompt is checked elsewhere. */
export const refuseLongTexts = (model: ParameterSet, request: FluxRequest): Violation[] => {
  const { leaves } = parametersOf(model);
  const violations: Violation[] = [];
  for (const { path, value } of [...plainValues(request)]) {
    const leaf = leaves.get(generalPath(path));
    if (
      leaf === undefined ||
      leaf.path === model.dialect.promptParameter ||
      leaf.kind === "image" ||
      typeof value !== "string"
    )
      continue;
    // A character may be two code units.
    const longest = leaf.maxLength === undefined ? LONGEST_TEXT : leaf.maxLength * 2;
    if (value.length <= longest) continue;
    const parameter = writePath(path);
    const holds = `text of ${grouped(value.length)} characters`;
    const allowed = leaf.maxLength === undefined ? `at most ${grouped(LONGEST_TEXT)} characters` : allowedValues(leaf);
    violations.push({
      parameter,
      message: `${named(parameter)} is ${holds}, but must be ${allowed}.`,
      value: holds,
      allowed,
    });
    removeAt(request, path);
  }
  return violations;
};
