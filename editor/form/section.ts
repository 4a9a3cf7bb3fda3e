import { element, icon } from "../element";
import { type Field, percentageOf, type Section } from "../form-tree";
import { patternOf } from "../params";
import { fieldRows } from "./rows";
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

/** A part of the dialog that folds. */
export interface Fold {
  element: HTMLElement;
  isOpen(): boolean;
  /** Brings the number in the heading up to date. */
  refresh(): void;
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
): Fold => {
  const { t } = state;
  const count = element("span", { class: "fluxwire-count" });
  const arrow = icon("angle-right");
  const head = element(
    "button",
    { type: "button", class: "fluxwire-section-heading" },
    arrow,
    element("span", {}, t(`groups.${section.group}`)),
    count,
  );
  const body = element("div", { class: "fluxwire-section-body" }, ...extra);
  let drawn = false;
  const fold = (isOpen: boolean): void => {
    if (isOpen && !drawn) {
      drawn = true;
      body.append(...fieldRows(section.fields, "", state));
    }
    head.setAttribute("aria-expanded", String(isOpen));
    arrow.className = `fa fa-angle-${isOpen ? "down" : "right"}`;
    body.hidden = !isOpen;
  };
  head.addEventListener("click", () => fold(body.hidden !== false));
  fold(open);
  const refresh = (): void => {
    const set = countSet(section.fields, state);
    count.textContent = set === 0 ? "" : t("dialog.countSet", { count: set });
  };
  refresh();
  const block = element("div", { class: "fluxwire-section" }, head, body);
  block.dataset.group = section.group;
  return { element: block, isOpen: () => !body.hidden, refresh };
};
