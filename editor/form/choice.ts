import { element } from "../element";
import type { Field } from "../form-tree";
import type { Typed } from "../node-red";
import { choiceLabel, labelOf } from "../wording";
import { type ChoiceField, type DrawRows, pathInside } from "./fields";
import { wholeLine } from "./lines";
import type { FormState } from "./state";
import { type Alternative, valueRow } from "./value-row";

/** A member counts in the mode of what it is in, which has said so. */
const withoutMode = (field: Field): Field =>
  field.kind === "value" ? { ...field, leaf: { ...field.leaf, mode: undefined } } : field;

/** A choice whose last entry opens the controls of an object of one's own. Only one of the two is kept. */
export const choiceBlock = (
  field: ChoiceField,
  container: string,
  state: FormState,
  drawRows: DrawRows,
): HTMLElement => {
  const path = pathInside(field, container);
  const isInside = (name: string): boolean => name.startsWith(`${path}.`);
  const isOwn = [...state.values.keys()].some(isInside);
  // Written by hand: of both, the object counts.
  const plain = isOwn ? wholeLine(path, state) : [];
  const members = element(
    "div",
    { class: "fluxwire-members" },
    ...plain,
    ...drawRows(field.members.map(withoutMode), container, state),
  );
  members.hidden = !isOwn;

  let putAside: [string, Typed][] = [];
  const show = (own: boolean): void => {
    members.hidden = !own;
    for (const line of plain) line.remove();
  };
  const own: Alternative = {
    label: choiceLabel(field.path, "own", state.t),
    chosen: isOwn,
    choose: () => {
      state.values.delete(path);
      for (const [name, typed] of putAside) state.values.set(name, typed);
      show(true);
      state.drawn();
      state.changed();
    },
    leave: () => {
      if (members.hidden) return;
      putAside = [...state.values].filter(([name]) => isInside(name));
      for (const [name] of putAside) state.values.delete(name);
      show(false);
    },
  };
  const choice = valueRow(field, path, labelOf(field.path, state.t), state, own);
  return element("div", { class: "fluxwire-choice" }, choice, members);
};
