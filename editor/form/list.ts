import { button, element } from "../element";
import { page } from "../node-red";
import { elementCount, withoutElement, withSwapped } from "../params";
import { labelOf } from "../wording";
import type { DrawRows, ListField, ValueField } from "./fields";
import { heading, wholeLine } from "./lines";
import { offerSource } from "./offer-source";
import { type FormState, pathsWithin, takeOut } from "./state";
import { valueRow } from "./value-row";

/** What a list of plain values holds; undefined for lists of objects. */
const plainElement = ({ path, element: [only, ...others] }: ListField): ValueField | undefined =>
  only?.kind === "value" && only.path === `${path}[]` && others.length === 0 ? only : undefined;

/** The control for a list that holds one plain value at most: its author need not know that it is a list. */
export const onlyRow = (field: ListField, path: string, state: FormState): HTMLElement | undefined => {
  const only = plainElement(field);
  if (only === undefined || field.list.maxItems !== 1) return undefined;
  const leaf = { ...only.leaf, required: field.list.required };
  const line = valueRow({ ...only, leaf }, `${path}.0`, labelOf(field.path, state.t), state);
  return element("div", {}, ...wholeLine(path, state), line);
};

export const listBlock = (field: ListField, path: string, state: FormState, drawRows: DrawRows): HTMLElement => {
  const { t } = state;
  const { maxItems = Number.POSITIVE_INFINITY } = field.list;
  const plain = plainElement(field);
  const block = element("div", { class: "fluxwire-list" });
  block.dataset.list = path;
  const count = elementCount(state.values, path);
  let shown = state.startsLists && !state.values.has(path) ? Math.max(count, 1) : count;

  const add = button(t("dialog.add"), "plus", () => {
    shown += 1;
    drawAgain();
  });
  add.classList.add("fluxwire-add");
  const clear = button("", "undo", () => {
    takeOut(state, pathsWithin(state, path));
    shown = state.startsLists ? 1 : 0;
    state.changed();
    drawAgain();
    add.focus();
  });
  clear.classList.add("fluxwire-clear");
  clear.title = t("dialog.reset", { label: labelOf(field.path, t) });
  // Hidden for a reason of its own: it is shown and hidden with the elements too.
  const clearing = element("span", {}, clear);
  const body = element("div", {});
  const draw = (): void => {
    add.disabled = shown >= maxItems;
    clear.hidden = shown === 0;
    // Not `replaceChildren`: jQuery takes the typed inputs' menus away too.
    page.$(body).empty();
    body.append(...Array.from({ length: shown }, (_, index) => elementBlock(index)));
  };

  const drawAgain = (): void => {
    draw();
    state.drawn();
  };

  const elementBlock = (index: number): HTMLElement => {
    const remove = button("", "trash-o", () => {
      state.values = withoutElement(state.values, path, index);
      shown -= 1;
      state.changed();
      drawAgain();
    });
    remove.classList.add("fluxwire-remove");
    const title = t("dialog.element", { label: labelOf(field.path, t), number: index + 1 });
    remove.title = `${t("dialog.remove")}: ${title}`;
    if (plain) {
      const line = valueRow(plain, `${path}.${index}`, title, state);
      line.append(remove);
      return line;
    }
    const moves = shown > 1 ? moveButtons(index, title) : [];
    const buttons = element("span", { class: "fluxwire-element-buttons" }, ...moves, remove);
    return element(
      "div",
      { class: "fluxwire-element" },
      element("div", { class: "fluxwire-element-heading" }, element("strong", {}, title), buttons),
      ...wholeLine(`${path}.${index}`, state),
      ...drawRows(field.element, `${path}.${index}`, state),
    );
  };

  const moveButtons = (index: number, title: string): HTMLElement[] =>
    (
      [
        ["up", index - 1],
        ["down", index + 1],
      ] as const
    ).map(([direction, other]) => {
      const move = button("", `arrow-${direction}`, () => {
        state.values = withSwapped(state.values, path, index, other);
        state.changed();
        drawAgain();
        // Where the button is now, so that a second press moves the same element on.
        body.children[other]?.querySelector<HTMLElement>(`.fluxwire-${direction}`)?.focus();
      });
      move.classList.add(`fluxwire-${direction}`);
      move.title = `${t(`dialog.${direction}`)}: ${title}`;
      move.disabled = other < 0 || other >= shown;
      return move;
    });

  const top = heading(field.path, field.list.required === true, t);
  const slot = element("div", {});
  block.append(top, slot, body);
  draw();
  if (!state.withSource?.includes(path)) offerSource(path, { top, slot }, [body, add, clearing], drawAgain, state);
  top.append(add, clearing);
  return block;
};
