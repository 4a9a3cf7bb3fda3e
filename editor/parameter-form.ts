import { button, element, icon } from "./element";
import { type Field, percentageOf, type Section } from "./form-tree";
import { page, type Translate, type Typed } from "./node-red";
import { elementCount, patternOf, withoutElement, withSwapped } from "./params";
import { controlId, row, select } from "./row";
import { sourceOfAll } from "./source-of-all";
import { typedField } from "./typed-field";
import { choiceLabel, helpOf, hintOf, isNeeded, labelOf } from "./wording";

/** The values of an open dialog, and who wants to know of changes. */
export interface FormState {
  values: Map<string, Typed>;
  readonly t: Translate;
  /** Where all parameters that are shown belong to one thing: each list starts with an element to be filled in. */
  readonly startsLists?: boolean;
  /** Lists and objects whose source has a control of its own. */
  readonly withSource?: readonly string[];
  /** The parameter that a setting outside of the form fills too: it is not needed here. */
  readonly filledElsewhere?: string;
  changed(): void;
}

type ValueField = Extract<Field, { kind: "value" }>;
type PairField = Extract<Field, { kind: "pair" }>;
type ChoiceField = Extract<Field, { kind: "choice" }>;
type ObjectField = Extract<Field, { kind: "object" }>;
type ListField = Extract<Field, { kind: "list" }>;

/** `lora[].weight` inside the element `lora.1` -> `lora.1.weight`. */
const pathInside = (field: Field, container: string): string =>
  container === "" ? field.path : `${container}${field.path.slice(patternOf(container).length)}`;

/** The controls for some fields; `container` is the path of the list element that they are in, if any. */
export const fieldRows = (fields: readonly Field[], container: string, state: FormState): HTMLElement[] =>
  fields.map((field) => {
    if (field.kind === "object") return objectBlock(field, container, fields.length === 1, state);
    if (field.kind === "choice") return choiceBlock(field, container, state);
    const path = pathInside(field, container);
    if (field.kind === "list") return onlyRow(field, path, state) ?? listBlock(field, path, state);
    return field.kind === "pair"
      ? pairBlock(field, path, state)
      : valueRow(field, path, labelOf(field.path, state.t), state);
  });

/** What a choice may be instead: an object of one's own, which has controls elsewhere. */
interface Alternative {
  label: string;
  chosen: boolean;
  choose(): void;
  leave(): void;
}

const valueRow = (
  field: ValueField | ChoiceField,
  path: string,
  label: string,
  state: FormState,
  alternative?: Alternative,
): HTMLElement => {
  const { leaf } = field;
  const change = (typed: Typed | undefined): void => {
    alternative?.leave();
    if (typed === undefined) state.values.delete(path);
    else state.values.set(path, typed);
    state.changed();
  };
  const isMarked = isNeeded(leaf) && leaf.mode === undefined && path !== state.filledElsewhere;
  const current = alternative?.chosen ? undefined : state.values.get(path);
  const control = typedField(leaf, current, state.t, change, alternative);
  const made = row(
    {
      label: isMarked ? `${label} *` : label,
      help: helpOf(leaf.path, state.t),
      hint: hintOf(leaf, state.t),
      control: control.id,
    },
    control.element,
  );
  made.dataset.parameter = path;
  return made;
};

/** One row for a step that may be given as a percentage instead; its unit decides which of the two is saved. */
const pairBlock = (field: PairField, path: string, state: FormState): HTMLElement => {
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
    block.querySelector("select")?.focus();
    state.changed();
  };

  show(state.values.has(other) && !state.values.has(path) ? "percent" : "step");
  return block;
};

const heading = (pattern: string, isMarked: boolean, t: Translate): HTMLElement => {
  const label = labelOf(pattern, t);
  const name = element("strong", {}, isMarked ? `${label} *` : label);
  const made = element("div", { class: "fluxwire-object-heading" }, name);
  const help = helpOf(pattern, t);
  if (help !== "") made.append(element("span", { class: "fluxwire-hint" }, help));
  return made;
};

/** A saved value that has no control of its own, with a button that removes it. */
const savedLine = (label: string, path: string, typed: Typed, state: FormState): HTMLElement => {
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
const wholeLine = (path: string, state: FormState): HTMLElement[] => {
  const typed = state.values.get(path);
  if (typed === undefined || state.withSource?.includes(path)) return [];
  const line = savedLine(state.t("dialog.whole"), path, typed, state);
  line.dataset.whole = path;
  return [line];
};

/** A member counts in the mode of what it is in, which has said so. */
const withoutMode = (field: Field): Field =>
  field.kind === "value" ? { ...field, leaf: { ...field.leaf, mode: undefined } } : field;

/** A choice whose last entry opens the controls of an object of one's own. Only one of the two is kept. */
const choiceBlock = (field: ChoiceField, container: string, state: FormState): HTMLElement => {
  const path = pathInside(field, container);
  const isInside = (name: string): boolean => name.startsWith(`${path}.`);
  const isOwn = [...state.values.keys()].some(isInside);
  // Written by hand: of both, the object counts.
  const plain = isOwn ? wholeLine(path, state) : [];
  const members = element(
    "div",
    { class: "fluxwire-members" },
    ...plain,
    ...fieldRows(field.members.map(withoutMode), container, state),
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

/** @param alone without a frame, because nothing else is beside it that it would have to be told from. */
const objectBlock = (field: ObjectField, container: string, alone: boolean, state: FormState): HTMLElement => {
  const hasOwnRow = field.members.some((member) => member.path === field.path);
  const whole = hasOwnRow ? [] : wholeLine(pathInside(field, container), state);
  const rows = [...whole, ...fieldRows(field.members, container, state)];
  if (alone || field.members.length === 1) return element("div", {}, ...rows);
  const members = element("div", { class: "fluxwire-members" }, ...rows);
  return element("div", { class: "fluxwire-object" }, heading(field.path, false, state.t), members);
};

/** What a list of plain values holds; undefined for lists of objects. */
const plainElement = ({ path, element: [only, ...others] }: ListField): ValueField | undefined =>
  only?.kind === "value" && only.path === `${path}[]` && others.length === 0 ? only : undefined;

/** The control for a list that holds one plain value at most: its author need not know that it is a list. */
const onlyRow = (field: ListField, path: string, state: FormState): HTMLElement | undefined => {
  const only = plainElement(field);
  if (only === undefined || field.list.maxItems !== 1) return undefined;
  const leaf = { ...only.leaf, required: field.list.required };
  const line = valueRow({ ...only, leaf }, `${path}.0`, labelOf(field.path, state.t), state);
  return element("div", {}, ...wholeLine(path, state), line);
};

const listBlock = (field: ListField, path: string, state: FormState): HTMLElement => {
  const { t } = state;
  const { maxItems = Number.POSITIVE_INFINITY } = field.list;
  const plain = plainElement(field);
  const block = element("div", { class: "fluxwire-list" });
  block.dataset.list = path;
  const count = elementCount(state.values, path);
  let shown = state.startsLists && !state.values.has(path) ? Math.max(count, 1) : count;

  const add = button(t("dialog.add"), "plus", () => {
    shown += 1;
    draw();
  });
  add.classList.add("fluxwire-add");
  const body = element("div", {});
  const draw = (): void => {
    add.disabled = shown >= maxItems;
    // Not `replaceChildren`: jQuery takes the typed inputs' menus away too.
    page.$(body).empty();
    body.append(...Array.from({ length: shown }, (_, index) => elementBlock(index)));
  };

  const elementBlock = (index: number): HTMLElement => {
    const remove = button("", "trash-o", () => {
      state.values = withoutElement(state.values, path, index);
      shown -= 1;
      state.changed();
      draw();
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
      ...fieldRows(field.element, `${path}.${index}`, state),
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
        draw();
        // Where the button is now, so that a second press moves the same element on.
        body.children[other]?.querySelector<HTMLElement>(`.fluxwire-${direction}`)?.focus();
      });
      move.classList.add(`fluxwire-${direction}`);
      move.title = `${t(`dialog.${direction}`)}: ${title}`;
      move.disabled = other < 0 || other >= shown;
      return move;
    });

  const top = heading(field.path, field.list.required === true, t);
  block.append(top, body);
  draw();
  if (!state.withSource?.includes(path)) offerSource(path, top, [body, add], draw, state);
  top.append(add);
  return block;
};

/** Below a heading, the choice of a source for the whole list; in the heading a button for it where there is none yet. */
const offerSource = (
  path: string,
  top: HTMLElement,
  own: readonly HTMLElement[],
  drawOwn: () => void,
  state: FormState,
): void => {
  const choose = (): HTMLElement => {
    const choice = sourceOfAll(path, "dialog.whole", own, drawOwn, state);
    top.after(choice);
    return choice;
  };
  if (state.values.has(path)) {
    choose();
    return;
  }
  const { t } = state;
  const offer = button(t("dialog.wholeOffer"), "sign-in", () => {
    offer.remove();
    choose().querySelector<HTMLElement>("button")?.focus();
  });
  offer.classList.add("fluxwire-offer");
  offer.title = t("composition.fromHelp");
  top.append(offer);
};

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

/** Saved values that the model has no parameter for, each with a button that removes it; undefined when there are none. */
export const unknownBlock = (known: ReadonlySet<string>, state: FormState): HTMLElement | undefined => {
  const unknown = [...state.values].filter(([path]) => !known.has(patternOf(path)));
  if (unknown.length === 0) return undefined;
  const { t } = state;
  const lines = unknown.map(([path, typed]) => savedLine(path, path, typed, state));
  return element(
    "div",
    { class: "fluxwire-object" },
    element(
      "div",
      { class: "fluxwire-object-heading" },
      element("strong", {}, t("dialog.unknownHeading")),
      element("span", { class: "fluxwire-hint" }, t("dialog.unknownHint")),
    ),
    element("div", { class: "fluxwire-members" }, ...lines),
  );
};
