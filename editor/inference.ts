import type { SavedNode } from "../lib/node-red/saved-versions";
import { checkParams, isVariable } from "./check";
import { element } from "./element";
import { containers, formTree, promptParameter, settableLeaves } from "./form-tree";
import { type EditorModel, models } from "./models";
import { type EditorNode, page, type Translate, type Typed } from "./node-red";
import { type FormState, sectionBlock, unknownBlock } from "./parameter-form";
import { readParams, sameValues, writeParams } from "./params";
import { controlId, row, select } from "./row";
import { asTyped, readSaved, writeSaved } from "./saved-node";
import { typedInput } from "./typed-field";
import { hintOf, labelOf } from "./wording";

const outputForms = ["url", "buffer", "base64", "dataURI"] as const;
const resultForms = ["each", "all"] as const;
const sourceTypes = ["msg", "flow", "global", "env", "jsonata"] as const;

/** Sections that are open at first, because most flows set something in them. */
const openAtFirst: readonly string[] = ["prompt", "size", "sampling"];

const translator = (node: EditorNode): Translate => node._def._;

/** An open dialog: what it started with, and what is in it now. */
interface OpenDialog {
  model: EditorModel;
  state: FormState;
  /** Properties that the author touched, and nothing else: saving must not mark an unchanged node as changed. */
  touched: Map<string, unknown>;
}

const dialogs = new WeakMap<EditorNode, OpenDialog>();

/** Fills the dialog of an inference node; called as its `oneditprepare`. */
export const editInference = (node: EditorNode): void => {
  const host = document.querySelector(".fluxwire-form");
  const model = models[node.type];
  if (host === null || model === undefined) return;
  const t = translator(node);
  const saved = readSaved(node);
  const refreshers: (() => void)[] = [];
  const state: FormState = {
    values: readParams(saved.params),
    t,
    changed: () => {
      for (const refresh of refreshers) refresh();
    },
  };
  const touched = new Map<string, unknown>();
  dialogs.set(node, { model, state, touched });

  const known = new Set([...settableLeaves(model.facts).map((leaf) => leaf.path), ...containers(model.facts)]);
  const unknown = unknownBlock(known, state);
  const extras: Record<string, HTMLElement[]> = {
    output: resultRows(saved, touched, t),
    advanced: [...advancedRows(saved, touched, t), ...(unknown ? [unknown] : [])],
  };
  const sections = formTree(model.facts).flatMap((section) => {
    const extra = extras[section.group] ?? [];
    if (section.fields.length === 0 && extra.length === 0) return [];
    const fold = sectionBlock(section, openAtFirst.includes(section.group), extra, state);
    refreshers.push(fold.refresh);
    return [fold.element];
  });
  host.replaceChildren(...sourceRows(saved, model, touched, t), ...sections);
};

/** Takes over what the author changed; called as `oneditsave`. */
export const saveInference = (node: EditorNode): void => {
  const dialog = dialogs.get(node);
  if (dialog === undefined) return;
  dialogs.delete(node);
  const { model, state, touched } = dialog;
  const changes = new Map(touched);
  const isChanged = !sameValues(readParams(readSaved(node).params), state.values);
  if (isChanged) changes.set("params", writeParams(state.values, model.facts));
  writeSaved(node, changes);
};

const sourceRows = (
  saved: SavedNode,
  { facts, imageParameter }: EditorModel,
  touched: Map<string, unknown>,
  t: Translate,
): HTMLElement[] => {
  const text = { value: "str", label: t("dialog.text"), icon: "red/images/typedInput/az.svg" };
  const none = { value: "none", label: t("dialog.none"), hasValue: false };
  const source = (property: string, fallback: Typed, types: Parameters<typeof typedInput>[0], hint: string) => {
    const control = typedInput(types, asTyped(saved[property]) ?? fallback, "", ({ type, value }) =>
      touched.set(property, { type, value: type === "none" ? "" : value }),
    );
    const made = row({ label: t(`dialog.${property}`), hint, control: control.id }, control.element);
    made.dataset.property = property;
    return made;
  };
  const prompt = promptParameter(facts);
  return [
    source(
      "promptFrom",
      { type: "msg", value: "payload" },
      [...sourceTypes.slice(0, 1), text, ...sourceTypes.slice(1)],
      prompt ? hintOf(prompt, t) : "",
    ),
    source(
      "imageFrom",
      { type: "none", value: "" },
      [none, ...sourceTypes.slice(0, 3), text, ...sourceTypes.slice(3)],
      imageParameter === undefined ? "" : t("dialog.imageInto", { parameter: labelOf(imageParameter, t) }),
    ),
  ];
};

const resultRows = (saved: SavedNode, touched: Map<string, unknown>, t: Translate): HTMLElement[] => [
  selectRow(saved, "output", "dialog.resultForm", outputForms, touched, t),
  selectRow(saved, "results", "dialog.results", resultForms, touched, t),
  checkboxRow(saved, "keepFlux", touched, t),
];

const advancedRows = (saved: SavedNode, touched: Map<string, unknown>, t: Translate): HTMLElement[] => {
  const id = controlId();
  const control = element("input", {
    type: "text",
    id,
    class: "fluxwire-wide",
    placeholder: t("dialog.timeoutPlaceholder"),
  });
  control.value = String(saved.timeout ?? "");
  control.addEventListener("input", () => {
    touched.set("timeout", control.value.trim());
    control.classList.toggle("input-error", !isTimeout(control.value.trim()));
  });
  const texts = { label: t("dialog.timeout"), help: t("dialog.timeoutHelp"), hint: t("ranges.seconds"), control: id };
  const timeout = row(texts, control);
  timeout.dataset.property = "timeout";
  return [timeout, checkboxRow(saved, "allowUnknown", touched, t)];
};

const selectRow = (
  saved: SavedNode,
  property: string,
  text: string,
  values: readonly string[],
  touched: Map<string, unknown>,
  t: Translate,
): HTMLElement => {
  const id = controlId();
  const choices = values.map((value) => ({ value, label: t(`dialog.${value}`) }));
  const control = select(id, choices, String(saved[property] ?? values[0]));
  control.addEventListener("change", () => touched.set(property, control.value));
  const made = row({ label: t(text), help: t(`${text}Help`), control: id }, control);
  made.dataset.property = property;
  return made;
};

const checkboxRow = (saved: SavedNode, property: string, touched: Map<string, unknown>, t: Translate): HTMLElement => {
  const id = controlId();
  const control = element("input", { type: "checkbox", id, class: "fluxwire-checkbox" });
  const value = saved[property];
  control.checked = value === true || value === "true";
  // Neither on nor off: the environment says which.
  const variable = typeof value === "string" && isVariable(value) ? value : undefined;
  control.indeterminate = variable !== undefined;
  control.addEventListener("change", () => touched.set(property, control.checked));
  const texts = { label: t(`dialog.${property}`), help: t(`dialog.${property}Help`), hint: variable, control: id };
  const made = row(texts, control);
  made.dataset.property = property;
  return made;
};

const isTimeout = (value: string): boolean => value === "" || isVariable(value) || Number(value) > 0;

/** Validators for the `defaults` of an inference node: true, or the reason why not. */
export const checkAccount = (node: EditorNode, value: unknown): true | string => {
  const t = translator(node);
  if (typeof value !== "string" || value === "" || value === "_ADD_") return t("checks.account");
  if (isVariable(value)) return true;
  const account = page.RED.nodes.node(value);
  if (account === null || account === undefined) return t("checks.accountMissing");
  return account.valid === false ? t("checks.accountInvalid") : true;
};

export const checkParameters = (node: EditorNode): true | string[] => {
  const model = models[node.type];
  const { allowUnknown, params } = readSaved(node);
  const mayBeUnknown = String(allowUnknown) === "true" || isVariable(String(allowUnknown));
  const reasons = model ? checkParams(model.facts, params, mayBeUnknown, translator(node)) : [];
  return reasons.length === 0 ? true : reasons;
};

export const checkSource = (node: EditorNode, property: "promptFrom" | "imageFrom"): true | string => {
  const saved = readSaved(node)[property] ?? "";
  const source = asTyped(saved);
  if (saved === "" || source?.type === "none" || (source !== undefined && source.value !== "")) return true;
  const t = translator(node);
  return t("checks.noSource", { label: t(`dialog.${property}`) });
};

export const checkTimeout = (node: EditorNode, value: unknown): true | string =>
  isTimeout(String(value ?? "").trim()) ? true : translator(node)("checks.timeout");
