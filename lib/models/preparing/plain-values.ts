import type { Violation } from "../../errors";
import type { ParameterSet } from "../model";
import type { Place } from "../places";
import { canonicaliseNumbers } from "./canonical";
import { refuseLongTexts } from "./long-texts";
import { refuseMisplacedBytes } from "./misplaced-bytes";
import { refusePicturePrompts } from "./prompt";

/**
 * Puts right or takes out, in place, what is told value by value before a schema sees the whole: pictures in the place of
 * prompts, bytes in the place of objects, endless texts, numbers beside their step.
 */
export const readPlainValues = (
  model: ParameterSet,
  places: readonly Place[],
): { violations: Violation[]; warnings: string[] } => ({
  violations: [
    ...refusePicturePrompts(model, places),
    ...refuseMisplacedBytes(model, places),
    ...refuseLongTexts(model, places),
  ],
  warnings: canonicaliseNumbers(places),
});
