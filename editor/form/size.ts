import type { Leaf } from "../../lib/models/model";
import { element } from "../element";
import type { Field } from "../form-tree";
import { page } from "../node-red";
import { controlId, row, select, showHint } from "../row";
import type { ChoiceField } from "./fields";
import { fieldRows } from "./rows";
import { type FormState, heardBy } from "./state";
import { swapButton, swappedName, swappedSides } from "./swap";
import { offeredSizes, type UsualSize } from "./usual-sizes";

/** Stands for a size that is none of those offered. */
const OWN = "own";

const leafAt = (fields: readonly Field[], path: string): Leaf | undefined => {
  const field = fields.find((one) => one.path === path);
  return field?.kind === "value" ? field.leaf : undefined;
};

/** The controls for a picture's size: shapes to choose from and a swap of the sides, where the model has sides. */
export const sizeRows = (fields: readonly Field[], state: FormState): HTMLElement[] => {
  const width = leafAt(fields, "width");
  const height = leafAt(fields, "height");
  if (width && height) return sidesWithShapes(fields, width, height, state);
  const named = fields.find((field): field is ChoiceField => field.kind === "choice");
  return named ? namedSize(fields, named, state) : fieldRows(fields, "", state);
};

/** What redraws some fields when something beside them changed their values, and hears of their own changes. */
const redrawn = (fields: readonly Field[], own: FormState): { holder: HTMLElement; draw(): void } => {
  const holder = element("div", {});
  const draw = (): void => {
    // Not `replaceChildren`: jQuery takes the typed inputs' menus away too.
    page.$(holder).empty();
    holder.append(...fieldRows(fields, "", own));
  };
  return { holder, draw };
};

const sidesWithShapes = (fields: readonly Field[], width: Leaf, height: Leaf, state: FormState): HTMLElement[] => {
  const { t } = state;
  const sizes = offeredSizes(state.usualSizes ?? [], width, height);
  const nameOf = ({ shape, width: wide, height: tall }: UsualSize): string => {
    const key = wide === tall ? "square" : wide > tall ? "landscape" : "portrait";
    return t(`dialog.sizes.${key}`, { shape, width: wide, height: tall });
  };
  const isNow = (path: string, side: number): boolean => {
    const typed = state.values.get(path);
    return typed?.type === "num" && typed.value === String(side);
  };
  const present = (): string => {
    if (!state.values.has("width") && !state.values.has("height")) return "";
    const found = sizes.findIndex((size) => isNow("width", size.width) && isNow("height", size.height));
    return found === -1 ? OWN : String(found);
  };
  const refresh = (): void => {
    choice.value = present();
    swap.refresh();
    showHint(made, "");
  };
  const { holder, draw } = redrawn(fields, heardBy(state, refresh));
  const drawAgain = (): void => {
    draw();
    state.drawn();
    refresh();
  };

  const choices = [
    { value: "", label: t("dialog.unset") },
    ...sizes.map((size, index) => ({ value: String(index), label: nameOf(size) })),
    { value: OWN, label: t("dialog.sizes.own") },
  ];
  const id = controlId();
  const choice = select(id, choices, present());
  choice.addEventListener("change", () => {
    if (choice.value === OWN) {
      holder.querySelector<HTMLElement>("input.red-ui-typedInput-input")?.focus();
      return refresh();
    }
    const size = sizes[Number(choice.value)];
    for (const side of ["width", "height"] as const) {
      if (choice.value === "" || size === undefined) state.values.delete(side);
      else state.values.set(side, { type: "num", value: String(size[side]) });
    }
    drawAgain();
    state.changed();
  });
  const swap = swapButton(
    () => swappedSides(state.values, "width", "height"),
    drawAgain,
    (reason) => showHint(made, reason),
    state,
  );
  const beside = element("div", { class: "fluxwire-typed" }, choice, swap.element);
  const made = row({ label: t("dialog.sizes.label"), help: t("dialog.sizes.help"), control: id }, beside);
  made.dataset.preset = "size";
  draw();
  return [made, holder];
};

const namedSize = (fields: readonly Field[], named: ChoiceField, state: FormState): HTMLElement[] => {
  const { path } = named;
  const names = named.leaf.choices?.map(String) ?? [];
  const isNamed = (): boolean => state.values.has(path);
  const draw = (): void => {
    drawFields();
    const made = holder.querySelector<HTMLElement>(`[data-parameter="${path}"]`);
    made?.querySelector(".fluxwire-typed")?.after(swap.element);
    swap.refresh();
  };
  const swap = swapButton(
    () =>
      isNamed()
        ? swappedName(state.values, path, names)
        : swappedSides(state.values, `${path}.width`, `${path}.height`),
    () => {
      draw();
      swap.element.focus();
      state.drawn();
    },
    (reason) => {
      const made = holder.querySelector<HTMLElement>(`[data-parameter="${path}"]`);
      if (made) showHint(made, reason);
    },
    state,
    true,
  );
  const { holder, draw: drawFields } = redrawn(
    fields,
    heardBy(state, () => swap.refresh()),
  );
  draw();
  return [holder];
};
