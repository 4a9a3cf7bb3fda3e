import type { Leaf } from "../lib/models/model";

import { element } from "./element";
import { page, type Translate, type Typed, type TypedInputType } from "./node-red";
import { controlId } from "./row";
import { makeSearchable } from "./searchable-list";
import { choiceLabel } from "./wording";

/** Where a value may come from instead of the dialog. */
const sources = ["msg", "flow", "global", "env", "jsonata"] as const;

const icons = {
  text: "red/images/typedInput/az.svg",
  number: "red/images/typedInput/09.svg",
  boolean: "red/images/typedInput/bool.svg",
  choice: "fa fa-list-ul",
};

/**
 * The widget's own names for literals. A choice and a text are both saved as `str`; two names are needed because one
 * shows a list and the other takes any text, `${VARIABLE}` for instance.
 */
type Literal = "num" | "bool" | "choice" | "str";

/** What a list of choices offers: all that a parameter takes, or the best known of it. */
const offeredBy = ({ choices, known = [] }: Leaf): readonly (string | number | boolean)[] => choices ?? known;

const literalsOf = (leaf: Leaf): readonly Literal[] => {
  if (leaf.known !== undefined) return ["choice", "str"];
  switch (leaf.kind) {
    case "integer":
    case "number":
    case "seed":
      return ["num"];
    case "boolean":
      return ["bool", "str"];
    case "choice":
      return ["choice", "str"];
    default:
      return ["str"];
  }
};

const savedType = (leaf: Leaf, shown: string): string => {
  if (shown !== "choice") return shown;
  return typeof offeredBy(leaf)[0] === "number" ? "num" : "str";
};

const shownType = (leaf: Leaf, { type, value }: Typed): string => {
  if (sources.some((source) => source === type)) return type;
  const literals = literalsOf(leaf);
  const [first = "str"] = literals;
  if (first === "choice") return offeredBy(leaf).some((choice) => String(choice) === value) ? "choice" : "str";
  if (first === "bool") return value === "true" || value === "false" ? "bool" : "str";
  return first;
};

/** A further entry in a list of choices, which stands for values of one's own. */
interface OwnValues {
  label: string;
  chosen: boolean;
  choose(): void;
}

/** As many entries as can be read at a glance; longer lists are searched. */
const LONG = 11;

/** No service calls a choice like this. */
const OWN = "#own";

const typeDefinition = (literal: Literal, leaf: Leaf, t: Translate, own: OwnValues | undefined): TypedInputType => {
  const unset = leaf.default === undefined ? t("dialog.unset") : t("dialog.default", { value: showDefault(leaf, t) });
  switch (literal) {
    case "num":
      return { value: "num", label: t("dialog.number"), icon: icons.number };
    case "str":
      return { value: "str", label: t("dialog.text"), icon: icons.text };
    case "bool": {
      const offered = leaf.choices ?? [true, false];
      const options = offered.map((choice) => ({
        value: String(choice),
        label: t(choice ? "dialog.on" : "dialog.off"),
      }));
      return {
        value: "bool",
        label: t("dialog.switch"),
        icon: icons.boolean,
        options: [{ value: "", label: unset }, ...options],
      };
    }
    case "choice": {
      const options = offeredBy(leaf).map((choice) => ({
        value: String(choice),
        label: optionLabel(leaf, String(choice), t),
      }));
      return {
        value: "choice",
        label: t("dialog.choice"),
        icon: icons.choice,
        options: [{ value: "", label: unset }, ...options, ...(own ? [{ value: OWN, label: own.label }] : [])],
      };
    }
  }
};

/** Where other values are possible, what a choice stands for is shown beside its name. */
const optionLabel = ({ path, known }: Leaf, choice: string, t: Translate): string => {
  const label = choiceLabel(path, choice, t);
  return known === undefined || label === choice ? label : `${label} (${choice})`;
};

const showDefault = ({ path, default: value }: Leaf, t: Translate): string =>
  typeof value === "boolean" ? t(value ? "dialog.on" : "dialog.off") : choiceLabel(path, String(value), t);

/** What holds when nothing is typed; in each mode, where that differs. */
const placeholderOf = ({ default: preset, byMode }: Leaf): string =>
  (byMode ? Object.values(byMode).map((inMode) => inMode.default) : [preset])
    .filter((value) => value !== undefined)
    .join(" / ");

interface TypedInput {
  id: string;
  element: HTMLElement;
  /** Offers another kind of value, with nothing in it yet. */
  turnTo(type: string): void;
  /** Shows another value; a change by whoever calls this is none by a person. */
  show(typed: Typed): void;
  /** What is in it now. */
  read(): Typed;
  /** Puts a value into it as a person would. */
  enter(value: string): void;
  /** Takes the keyboard to where the value is typed or chosen. */
  focus(): void;
}

/** One of Node-RED's typed inputs; `changed` is called with what is in it whenever a person changes that. */
export const typedInput = (
  types: readonly (string | TypedInputType)[],
  shown: Typed,
  placeholder: string,
  changed: (typed: Typed) => void,
): TypedInput => {
  const id = controlId();
  const input = element("input", { type: "text", class: "fluxwire-wide", placeholder });
  const holder = element("div", { class: "fluxwire-typed" }, input);
  const first = types[0];
  const widget = page.$(input).typedInput({
    default: typeof first === "string" ? first : (first?.value ?? "str"),
    types,
  });
  // The label's: the one made above is hidden by the widget.
  holder.querySelector("input.red-ui-typedInput-input")?.setAttribute("id", id);
  widget.typedInput("type", shown.type);
  widget.typedInput("value", shown.value);
  // The widget also reports its own set-up and what it shows for an unset choice; only a difference is a change.
  const read = (): Typed => ({ type: widget.typedInput("type"), value: widget.typedInput("value") });
  let last = read();
  let isShowing = false;
  const report = (): void => {
    if (isShowing) return;
    const now = read();
    if (now.type === last.type && now.value === last.value) return;
    last = now;
    changed(now);
  };
  widget.on("change", report);
  // The widget itself speaks up only when the field is left.
  holder.addEventListener("input", report);
  const turnTo = (type: string): void => {
    // In this order: what stands for "another one" in the list is never taken for a text.
    widget.typedInput("value", "");
    widget.typedInput("type", type);
    focus();
  };
  const focus = (): void => {
    const parts = holder.querySelectorAll<HTMLElement>(
      "input.red-ui-typedInput-input, .red-ui-typedInput-container button",
    );
    [...parts].find((part) => part.offsetParent !== null && !part.matches(".red-ui-typedInput-type-select"))?.focus();
  };
  const show = ({ type, value }: Typed): void => {
    isShowing = true;
    widget.typedInput("type", type);
    widget.typedInput("value", value);
    last = read();
    isShowing = false;
  };
  const enter = (value: string): void => {
    widget.typedInput("value", value);
  };
  return { id, element: holder, turnTo, show, read, enter, focus };
};

interface TypedField extends Pick<TypedInput, "id" | "element" | "focus"> {
  /** Shows another value, or that none is set. */
  show(typed: Typed | undefined): void;
}

/**
 * The control for one parameter. `changed` gets `undefined` when the author empties it.
 *
 * @param own of a choice that may also be values of one's own, which have controls elsewhere.
 */
export const typedField = (
  leaf: Leaf,
  current: Typed | undefined,
  t: Translate,
  changed: (typed: Typed | undefined) => void,
  own?: OwnValues,
): TypedField => {
  const literals = literalsOf(leaf);
  const typedIn: OwnValues = { label: t("dialog.another"), chosen: false, choose: () => control.turnTo("str") };
  const further = own ?? (leaf.known ? typedIn : undefined);
  const types = [...literals.map((literal) => typeDefinition(literal, leaf, t, further)), ...sources];
  const unset = { type: literals[0] ?? "str", value: further?.chosen ? OWN : "" };
  const asShown = (typed: Typed): Typed => ({ type: shownType(leaf, typed), value: typed.value });
  const control = typedInput(types, current ? asShown(current) : unset, placeholderOf(leaf), ({ type, value }) => {
    if (further && type === "choice" && value === OWN) further.choose();
    else changed(value === "" ? undefined : { type: savedType(leaf, type), value });
  });
  const offered = types.find((type) => typeof type !== "string" && type.value === "choice");
  const trigger = control.element.querySelector<HTMLElement>(".red-ui-typedInput-option-trigger");
  if (trigger && typeof offered === "object" && (offered.options ?? []).length > LONG) {
    makeSearchable(control.element, trigger, {
      options: offered.options ?? [],
      isOffered: () => control.read().type === "choice",
      chosen: () => control.read().value,
      choose: (value) => control.enter(value),
      texts: { search: t("dialog.search"), nothing: t("dialog.nothingFound") },
    });
  }
  const show = (typed: Typed | undefined): void => control.show(typed ? asShown(typed) : { ...unset, value: "" });
  return { ...control, show };
};
