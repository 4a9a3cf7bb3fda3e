import { element } from "./element";
import type { Translate, Typed, TypedInputType } from "./node-red";
import type { OpenSettings } from "./open-settings";
import { controlId, row, select } from "./row";
import { asTyped } from "./saved-node";
import { typedInput } from "./typed-field";
import { isVariable } from "./variable";

/** Where a value may come from that is not written in the dialog. */
export const sourceTypes = ["msg", "flow", "global", "env", "jsonata"] as const;

export const noSource = (t: Translate): TypedInputType => ({
  value: "none",
  label: t("dialog.none"),
  hasValue: false,
});

/** A setting's label, and its help, which the catalogue has under the same key with "Help" at the end. */
const textsAt = (text: string, t: Translate): { label: string; help: string } => {
  const key = `${text}Help`;
  const help = t(key);
  return { label: t(text), help: help === key ? "" : help };
};

const named = (made: HTMLElement, property: string): HTMLElement => {
  made.dataset.property = property;
  return made;
};

/**
 * A typed input that says where a value comes from.
 *
 * @param text where the catalogue has the label.
 * @param fallback what holds when nothing is saved.
 */
export const sourceRow = (
  property: string,
  text: string,
  fallback: Typed,
  types: readonly (string | TypedInputType)[],
  hint: string,
  settings: OpenSettings,
  t: Translate,
): HTMLElement => {
  const shown = asTyped(settings.read(property)) ?? fallback;
  const control = typedInput(types, shown, "", ({ type, value }) =>
    settings.change(property, { type, value: type === "none" ? "" : value }),
  );
  return named(row({ ...textsAt(text, t), hint, control: control.id }, control.element), property);
};

/** A property of the message that something goes to. */
export const propertyRow = (
  property: string,
  text: string,
  preset: string,
  settings: OpenSettings,
  t: Translate,
): HTMLElement => {
  const saved = settings.read(property);
  const shown = { type: "msg", value: typeof saved === "string" ? saved : preset };
  const control = typedInput(["msg"], shown, "", ({ value }) => settings.change(property, value));
  return named(row({ ...textsAt(text, t), control: control.id }, control.element), property);
};

/**
 * A drop-down list; the first value is the one that holds when nothing is saved.
 *
 * @param text where the catalogue has the label.
 * @param names where the catalogue has the names of the values.
 */
export const selectRow = (
  property: string,
  text: string,
  values: readonly string[],
  settings: OpenSettings,
  t: Translate,
  names = "dialog",
): HTMLElement => {
  const id = controlId();
  const choices = values.map((value) => ({ value, label: t(`${names}.${value}`) }));
  const control = select(id, choices, String(settings.read(property) ?? values[0]));
  control.addEventListener("change", () => settings.change(property, control.value));
  return named(row({ ...textsAt(text, t), control: id }, control), property);
};

/** A box to tick. */
export const checkboxRow = (
  property: string,
  text: string,
  preset: boolean,
  settings: OpenSettings,
  t: Translate,
): HTMLElement => {
  const id = controlId();
  const control = element("input", { type: "checkbox", id, class: "fluxwire-checkbox" });
  const value = settings.read(property) ?? preset;
  control.checked = value === true || value === "true";
  // Neither on nor off: the environment says which.
  const variable = typeof value === "string" && isVariable(value) ? value : undefined;
  control.indeterminate = variable !== undefined;
  control.addEventListener("change", () => settings.change(property, control.checked));
  return named(row({ ...textsAt(text, t), hint: variable, control: id }, control), property);
};

interface TextOptions {
  /** What holds while nothing is typed. */
  placeholder?: string;
  hint?: string;
  /** Usual values, offered while typing. */
  usual?: readonly string[];
  /** Room for several lines. */
  isLong?: boolean;
  isRight?: (text: string) => boolean;
}

/** A plain text or number. */
export const textRow = (
  property: string,
  text: string,
  { placeholder, hint, usual = [], isLong = false, isRight = () => true }: TextOptions,
  settings: OpenSettings,
  t: Translate,
): HTMLElement => {
  const id = controlId();
  const list = usual.length === 0 ? undefined : `${id}-usual`;
  const control = isLong
    ? element("textarea", { id, class: "fluxwire-wide", rows: "2", placeholder })
    : element("input", { type: "text", id, class: "fluxwire-wide", placeholder, list });
  control.value = String(settings.read(property) ?? "");
  const judge = (): void => {
    control.classList.toggle("input-error", !isRight(control.value.trim()));
  };
  judge();
  control.addEventListener("input", () => {
    settings.change(property, control.value.trim());
    judge();
  });
  const made = row({ ...textsAt(text, t), hint, control: id }, control);
  if (list !== undefined) {
    made.append(element("datalist", { id: list }, ...usual.map((value) => element("option", { value }))));
  }
  return named(made, property);
};
