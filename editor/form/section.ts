import { element } from "../element";
import { type Field, percentageOf, type Section } from "../form-tree";
import { patternOf } from "../params";
import { type Fold, foldingBlock } from "./fold";
import { fieldRows } from "./rows";
import { sizeRows } from "./size";
import type { FormState } from "./state";

/** How many values are set below these fields. */
const countSet = (fields: readonly Field[], state: FormState): number => {
  const patterns = fields.flatMap(({ kind, path }) => (kind === "pair" ? [path, percentageOf(path)] : [path]));
  return [...state.values.keys()].filter((path) => {
    const pattern = patternOf(path);
    return patterns.some(
      (start) => pattern === start || pattern.startsWith(`${start}.`) || pattern.startsWith(`${start}[]`),
    );
  }).length;
};

/** A section of parameters, which folds. */
export interface ParameterSection extends Pick<Fold, "element" | "isOpen" | "fold"> {
  readonly fields: readonly Field[];
  /** Brings the number in the heading up to date. */
  refresh(): void;
  /** Says in the heading how many values have to be corrected. */
  problem(count: number): void;
}

/**
 * A folding section. Its parameters are drawn when it is opened for the first time: a model has some eighty of them.
 *
 * @param extra further lines, above the parameters.
 */
export const sectionBlock = (
  section: Section,
  open: boolean,
  extra: readonly HTMLElement[],
  state: FormState,
): ParameterSection => {
  const { t } = state;
  const body = element("div", {}, ...extra);
  let drawn = false;
  const draw = (): void => {
    if (drawn) return;
    drawn = true;
    const { group, fields } = section;
    body.append(...(group === "size" ? sizeRows(fields, state) : fieldRows(fields, "", state)));
    state.drawn();
  };
  const fold = foldingBlock(section.group, t(`groups.${section.group}`), body, open, draw);
  const refresh = (): void => {
    const set = countSet(section.fields, state);
    fold.remark(set === 0 ? "" : t("dialog.countSet", { count: set }));
  };
  refresh();
  const problem = (count: number): void => fold.problem(count === 0 ? "" : t("dialog.toCorrect", { count }));
  return { element: fold.element, isOpen: fold.isOpen, fold: fold.fold, fields: section.fields, refresh, problem };
};
