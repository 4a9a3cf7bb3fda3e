import { checkParams, isVariable } from "./check";
import { element } from "./element";
import { formTree, promptParameter, settableLeaves } from "./form-tree";
import { type EditorModel, models } from "./models";
import { type EditorNode, page, type Translate, type Typed } from "./node-red";
import { type FormState, sectionBlock, unknownBlock } from "./parameter-form";
import { readParams, sameValues, writeParams } from "./params";
import { controlId, row, select } from "./row";
import { typedInput } from "./typed-field";
import { hintOf, labelOf } from "./wording";

const outputForms = ["url", "buffer", "base64", "dataURI"] as const;
const resultForms = ["each", "all"] as const;
const sourceTypes = ["msg", "flow", "global", "env", "jsonata"] as const;

/** Sections that are open at first, because most flows set something in them. */
const openAtFirst: readonly string[] = ["prompt", "size", "sampling"];

const translator = (node: EditorNode): Translate => node._def._;

const isTyped = (value: unknown): value is Typed =>
  typeof value === "object" && value !== null && "type" in value && "value" in value;

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
  const refreshers: (() => void)[] = [];
  const state: FormState = {
    values: readParams(node.params),
    t,
    changed: () => {
      for (const refresh of refreshers) refresh();
    },
  };
  const touched = new Map<string, unknown>();
  dialogs.set(node, { model, state, touched });

  const known = new Set(settableLeaves(model.facts).map((leaf) => leaf.path));
  const unknown = unknownBlock(known, state);
  const extras: Record<string, HTMLElement[]> = {
    output: resultRows(node, touched, t),
    advanced: [...advancedRows(node, touched, t), ...(unknown ? [unknown] : [])],
  };
  const sections = formTree(model.facts).flatMap((section) => {
    const extra = extras[section.group] ?? [];
    if (section.fields.length === 0 && extra.length === 0) return [];
    const fold = sectionBlock(section, openAtFirst.includes(section.group), extra, state);
    refreshers.push(fold.refresh);
    return [fold.element];
  });
  host.replaceChildren(...sourceRows(node, model, touched, t), ...sections);
};

/** Takes over what the author changed; called as `oneditsave`. */
export const saveInference = (node: EditorNode): void => {
  const dialog = dialogs.get(node);
  if (dialog === undefined) return;
  dialogs.delete(node);
  const { model, state, touched } = dialog;
  for (const [property, value] of touched) node[property] = value;
  if (!sameValues(readParams(node.params), state.values)) node.params = writeParams(state.values, model.facts);
};

const sourceRows = (
  node: EditorNode,
  { facts, imageParameter }: EditorModel,
  touched: Map<string, unknown>,
  t: Translate,
): HTMLElement[] => {
  const text = { value: "str", label: t("dialog.text"), icon: "red/images/typedInput/az.svg" };
  const none = { value: "none", label: t("dialog.none"), hasValue: false };
  const source = (property: string, fallback: Typed, types: Parameters<typeof typedInput>[0], hint: string) => {
    const saved = node[property];
    const control = typedInput(types, isTyped(saved) ? saved : fallback, "", ({ type, value }) =>
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
      t("dialog.imageInto", { parameter: labelOf(imageParameter, t) }),
    ),
  ];
};

const resultRows = (node: EditorNode, touched: Map<string, unknown>, t: Translate): HTMLElement[] => [
  selectRow(node, "output", "dialog.resultForm", outputForms, touched, t),
  selectRow(node, "results", "dialog.results", resultForms, touched, t),
  checkboxRow(node, "keepFlux", touched, t),
];

const advancedRows = (node: EditorNode, touched: Map<string, unknown>, t: Translate): HTMLElement[] => {
  const id = controlId();
  const control = element("input", {
    type: "text",
    id,
    class: "fluxwire-wide",
    placeholder: t("dialog.timeoutPlaceholder"),
  });
  control.value = String(node.timeout ?? "");
  control.addEventListener("input", () => {
    touched.set("timeout", control.value.trim());
    control.classList.toggle("input-error", !isTimeout(control.value.trim()));
  });
  const texts = { label: t("dialog.timeout"), help: t("dialog.timeoutHelp"), hint: t("ranges.seconds"), control: id };
  const timeout = row(texts, control);
  timeout.dataset.property = "timeout";
  return [timeout, checkboxRow(node, "allowUnknown", touched, t)];
};

const selectRow = (
  node: EditorNode,
  property: string,
  text: string,
  values: readonly string[],
  touched: Map<string, unknown>,
  t: Translate,
): HTMLElement => {
  const id = controlId();
  const choices = values.map((value) => ({ value, label: t(`dialog.${value}`) }));
  const control = select(id, choices, String(node[property] ?? values[0]));
  control.addEventListener("change", () => touched.set(property, control.value));
  const made = row({ label: t(text), help: t(`${text}Help`), control: id }, control);
  made.dataset.property = property;
  return made;
};

const checkboxRow = (node: EditorNode, property: string, touched: Map<string, unknown>, t: Translate): HTMLElement => {
  const id = controlId();
  const control = element("input", { type: "checkbox", id, class: "fluxwire-checkbox" });
  control.checked = node[property] === true || node[property] === "true";
  control.addEventListener("change", () => touched.set(property, control.checked));
  const made = row({ label: t(`dialog.${property}`), help: t(`dialog.${property}Help`), control: id }, control);
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

export const checkParameters = (node: EditorNode, value: unknown): true | string[] => {
  const model = models[node.type];
  const allowUnknown = node.allowUnknown === true || node.allowUnknown === "true";
  const reasons = model ? checkParams(model.facts, value, allowUnknown, translator(node)) : [];
  return reasons.length === 0 ? true : reasons;
};

export const checkSource = (node: EditorNode, property: "promptFrom" | "imageFrom", value: unknown): true | string => {
  if (!isTyped(value) || value.type === "none" || value.value !== "") return true;
  const t = translator(node);
  return t("checks.noSource", { label: t(`dialog.${property}`) });
};

export const checkTimeout = (node: EditorNode, value: unknown): true | string =>
  isTimeout(String(value ?? "").trim()) ? true : translator(node)("checks.timeout");
