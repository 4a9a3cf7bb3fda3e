import type { Violation } from "../../errors";
import type { ParameterSet } from "../model";
import { nameOf, type Place, takeOut } from "../places";
import { allowedValues, grouped, named } from "../wording/wording";

/** Characters; more than any parameter but a picture has use for. */
const LONGEST_TEXT = 100_000;

/** Takes out, in place, what is too long by its length alone, so that nothing scans it. The prompt is checked elsewhere. */
export const refuseLongTexts = (model: ParameterSet, places: readonly Place[]): Violation[] => {
  const violations: Violation[] = [];
  for (const place of places) {
    const { leaf, value } = place;
    if (
      typeof value !== "string" ||
      leaf === undefined ||
      leaf.path === model.dialect.promptParameter ||
      leaf.kind === "image"
    )
      continue;
    // A character may be two code units.
    const longest = leaf.maxLength === undefined ? LONGEST_TEXT : leaf.maxLength * 2;
    if (value.length <= longest) continue;
    const parameter = nameOf(place);
    const holds = `text of ${grouped(value.length)} characters`;
    const allowed = leaf.maxLength === undefined ? `at most ${grouped(LONGEST_TEXT)} characters` : allowedValues(leaf);
    violations.push({
      parameter,
      message: `${named(parameter)} is ${holds}, but must be ${allowed}.`,
      value: holds,
      allowed,
    });
    takeOut(place);
  }
  return violations;
};
