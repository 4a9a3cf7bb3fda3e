import type { Translate } from "../node-red";
import { patternOf } from "../params";
import { fullLabel, labelOf } from "../wording";

/** What an author should know of a value: errors are refused when the node runs, warnings are not. */
export interface Problem {
  /** Of the parameter, as the dialog has it: `lora.0.weight`. */
  path: string;
  /** Where the dialog has what that is part of, where it has no field of its own: a list written as JSON. */
  at?: string;
  level: "error" | "warning";
  /** A text of the catalogue: `checks.tooSmall`, `rules.notAfter`. */
  key: string;
  /** What goes into the text. */
  values?: Readonly<Record<string, unknown>>;
  /** Paths of other parameters, whose names go into the text. */
  others?: Readonly<Record<string, string>>;
}

const problemText = ({ key, values, others = {} }: Problem, t: Translate): string => {
  const names = Object.entries(others).map(([name, path]) => [name, labelOf(patternOf(path), t)]);
  return t(key, { ...values, ...Object.fromEntries(names) });
};

/** A problem in words, with the name of its parameter. */
export const labelledText = (problem: Problem, t: Translate): string =>
  t("checks.labelled", { label: fullLabel(problem.path, t), problem: problemText(problem, t) });

/** The same to stand beside the field that it is about. */
export const besideText = (problem: Problem, t: Translate): string =>
  problem.at === undefined ? problemText(problem, t) : labelledText(problem, t);
