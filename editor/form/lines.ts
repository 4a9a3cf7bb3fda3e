import { button, element } from "../element";
import type { Translate, Typed } from "../node-red";
import { helpOf, labelOf } from "../wording";
import type { FormState } from "./state";

/** A name above several rows, with what it is about. */
export const heading = (pattern: string, isMarked: boolean, t: Translate): HTMLElement => {
  const label = labelOf(pattern, t);
  const name = element("strong", {}, isMarked ? `${label} *` : label);
  const made = element("div", { class: "fluxwire-object-heading" }, name);
  const help = helpOf(pattern, t);
  if (help !== "") made.append(element("span", { class: "fluxwire-hint" }, help));
  return made;
};

/** A saved value that has no control of its own, with a button that removes it. */
export const savedLine = (label: string, path: string, typed: Typed, state: FormState): HTMLElement => {
  const line = element("div", { class: "fluxwire-row" });
  const remove = button("", "trash-o", () => {
    state.values.delete(path);
    line.remove();
    state.changed();
  });
  remove.classList.add("fluxwire-remove");
  remove.title = `${state.t("dialog.remove")}: ${path}`;
  line.append(
    element("span", { class: "fluxwire-label" }, label),
    element("span", { class: "fluxwire-cell" }, `${typed.type}: ${typed.value}`),
    remove,
  );
  return line;
};

/** Where a whole list or object comes from, if the saved node says so. */
export const wholeLine = (path: string, state: FormState): HTMLElement[] => {
  const typed = state.values.get(path);
  if (typed === undefined || state.withSource?.includes(path)) return [];
  const line = savedLine(state.t("dialog.whole"), path, typed, state);
  line.dataset.whole = path;
  return [line];
};
