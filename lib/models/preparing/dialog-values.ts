import type { Violation } from "../../errors";
import type { ParameterSet } from "../model";
import type { FluxRequest } from "../request";
import { normaliseSpellings } from "./spellings";
import { readTyped } from "./typed-in";

export interface DialogValues {
  values: FluxRequest;
  warnings: string[];
  violations: Violation[];
}

/** A dialog's values, typed and spelt as the schema has them. What had another name is typed once it has its own. */
export const readDialogValues = (model: ParameterSet, dialog: FluxRequest): DialogValues => {
  const typed = readTyped(model, dialog);
  const spelt = normaliseSpellings(model, typed);
  const { warnings, violations } = spelt;
  return { values: warnings.length > 0 ? readTyped(model, typed) : typed, warnings, violations };
};
