import { element } from "../element";
import { percentageOf } from "../form-tree";
import { page, type Typed } from "../node-red";
import { controlId, select } from "../row";
import { labelOf } from "../wording";
import type { PairField } from "./fields";
import { savedLine } from "./lines";
import type { FormState } from "./state";
import { valueRow } from "./value-row";

/** One row for a step that may be given as a percentage instead; its unit decides which of the two is saved. */
export const pairBlock = (field: PairField, path: string, state: FormState): HTMLElement => {
  const { t } = state;
  const other = percentageOf(path);
  const forms = {
    step: { path, field: { kind: "value", path: field.path, leaf: field.leaf } },
    percent: { path: other, field: { kind: "value", path: field.percentage.path, leaf: field.percentage } },
  } as const;
  type Unit = keyof typeof forms;
  const block = element("div", { class: "fluxwire-pair" });
  const putAside = new Map<string, Typed>();
  const units = (["step", "percent"] as const).map((value) => ({ value, label: t(`dialog.${value}`) }));

  const show = (unit: Unit): void => {
    const shown = forms[unit];
    const line = valueRow(shown.field, shown.path, labelOf(shown.field.path, t), state);
    const choice = select(controlId(), units, unit);
    choice.classList.add("fluxwire-unit");
    choice.title = t("dialog.unit");
    choice.addEventListener("change", () => turnTo(choice.value === "percent" ? "percent" : "step", shown.path));
    line.querySelector(".fluxwire-typed")?.append(choice);
    page.$(block).empty();
    // Written by hand: of both, the step is shown, and the percentage can be taken out.
    const both = unit === "step" ? state.values.get(other) : undefined;
    block.append(line, ...(both ? [savedLine(labelOf(field.percentage.path, t), other, both, state)] : []));
  };
  const turnTo = (unit: Unit, from: string): void => {
    const value = state.values.get(from);
    state.values.delete(from);
    if (value) putAside.set(from, value);
    const to = forms[unit].path;
    const before = state.values.get(to) ?? putAside.get(to);
    if (before) state.values.set(to, before);
    show(unit);
    state.drawn();
    block.querySelector("select")?.focus();
    state.changed();
  };

  show(state.values.has(other) && !state.values.has(path) ? "percent" : "step");
  return block;
};
