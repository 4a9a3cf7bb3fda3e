import { isVariable } from "./check";
import { element } from "./element";
import { promptParameter } from "./form-tree";
import { type EditorModel, endpointOf } from "./models";
import type { Translate, Typed, TypedInputType } from "./node-red";
import type { OpenSettings } from "./open-settings";
import { controlId, row, select, showHint } from "./row";
import { asTyped } from "./saved-node";
import { typedInput } from "./typed-field";
import { hintOf, labelOf } from "./wording";

const outputForms = ["url", "buffer", "base64", "dataURI"] as const;
const resultForms = ["each", "all"] as const;
const modes = ["auto", "text-to-image", "image-to-image"] as const;
const deliveries = ["queue", "sync"] as const;
const sourceTypes = ["msg", "flow", "global", "env", "jsonata"] as const;

const noSource = (t: Translate): TypedInputType => ({ value: "none", label: t("dialog.none"), hasValue: false });

/**
 * A typed input that says where a value comes from.
 *
 * @param fallback what holds when nothing is saved.
 */
const sourceRow = (
  property: string,
  fallback: Typed,
  types: readonly (string | TypedInputType)[],
  texts: { help?: string; hint?: string },
  settings: OpenSettings,
  t: Translate,
): HTMLElement => {
  const shown = asTyped(settings.read(property)) ?? fallback;
  const control = typedInput(types, shown, "", ({ type, value }) =>
    settings.change(property, { type, value: type === "none" ? "" : value }),
  );
  const made = row({ label: t(`dialog.${property}`), ...texts, control: control.id }, control.element);
  made.dataset.property = property;
  return made;
};

/** Where the prompt and the picture come from and, of a model with modes, which of them the node runs in. */
export const sourceRows = (model: EditorModel, settings: OpenSettings, t: Translate): HTMLElement[] => {
  const text = { value: "str", label: t("dialog.text"), icon: "red/images/typedInput/az.svg" };
  const none = noSource(t);
  const prompt = promptParameter(model.facts);
  const payload = { type: "msg", value: "payload" };
  const promptRows = prompt
    ? [
        sourceRow(
          "promptFrom",
          payload,
          [...sourceTypes.slice(0, 1), text, ...sourceTypes.slice(1)],
          { hint: hintOf(prompt, t) },
          settings,
          t,
        ),
      ]
    : [];
  const isTool = model.resultInto !== undefined;
  const imageRow = sourceRow(
    "imageFrom",
    isTool ? payload : { type: "none", value: "" },
    [none, ...sourceTypes.slice(0, 3), text, ...sourceTypes.slice(3)],
    {},
    settings,
    t,
  );
  const hintAtUse = (): void => showHint(imageRow, useOfPicture(model, settings.read("mode"), t));
  hintAtUse();
  if (isTool) return [imageRow, intoRow(model.resultInto, settings, t)];
  if (!model.modes) return [...promptRows, imageRow];
  settings.watch(hintAtUse);
  return [...promptRows, selectRow("mode", "dialog.mode", modes, settings, t), imageRow];
};

/** The property of the message that a tool's result goes to. */
const intoRow = (preset: string | undefined, settings: OpenSettings, t: Translate): HTMLElement => {
  const saved = settings.read("into");
  const shown = { type: "msg", value: typeof saved === "string" ? saved : (preset ?? "") };
  const control = typedInput(["msg"], shown, "", ({ value }) => settings.change("into", value));
  const made = row({ label: t("dialog.into"), help: t("dialog.intoHelp"), control: control.id }, control.element);
  made.dataset.property = "into";
  return made;
};

/** What becomes of the picture that "Image from" brings. */
const useOfPicture = (model: EditorModel, mode: unknown, t: Translate): string => {
  const endpoint = endpointOf(model, mode);
  const { imageParameter } = endpoint;
  if (imageParameter === undefined) return model.modes ? t("dialog.noImage") : "";
  const use = t("dialog.imageInto", { parameter: labelOf(imageParameter, t) });
  return model.modes && endpoint === model ? `${use}; ${t("dialog.imageDecides")}` : use;
};

/** In which form the pictures leave and, where there is a choice, how they are fetched. */
export const resultRows = (model: EditorModel, settings: OpenSettings, t: Translate): HTMLElement[] => {
  const formRow = selectRow("output", "dialog.resultForm", outputForms, settings, t);
  // A tool makes one picture, and leaves msg.flux to the nodes that come after it.
  if (model.resultInto !== undefined) return [formRow];
  return [
    formRow,
    selectRow("results", "dialog.results", resultForms, settings, t),
    checkboxRow("keepFlux", false, settings, t),
    ...(model.modes ? [deliveryRow(settings, t)] : []),
  ];
};

const deliveryRow = (settings: OpenSettings, t: Translate): HTMLElement => {
  const made = selectRow("delivery", "dialog.delivery", deliveries, settings, t);
  const warn = (): void => {
    const isInAnswer = ["base64", "dataURI"].includes(String(settings.read("output")));
    const isQueued = (settings.read("delivery") ?? "queue") === "queue";
    showHint(made, isInAnswer && isQueued ? t("dialog.largeAnswers") : "");
  };
  warn();
  settings.watch(warn);
  return made;
};

export const advancedRows = (settings: OpenSettings, t: Translate): HTMLElement[] => {
  const id = controlId();
  const placeholder = t("dialog.timeoutPlaceholder");
  const control = element("input", { type: "text", id, class: "fluxwire-wide", placeholder });
  control.value = String(settings.read("timeout") ?? "");
  control.addEventListener("input", () => {
    settings.change("timeout", control.value.trim());
    control.classList.toggle("input-error", !isTimeout(control.value.trim()));
  });
  const texts = { label: t("dialog.timeout"), help: t("dialog.timeoutHelp"), hint: t("ranges.seconds"), control: id };
  const timeout = row(texts, control);
  timeout.dataset.property = "timeout";
  const idempotencyKey = sourceRow(
    "idempotencyKeyFrom",
    { type: "msg", value: "idempotencyKey" },
    // What holds for all messages alike, such as a context or the environment, would make one job of all of them.
    ["msg", "jsonata", noSource(t)],
    { help: t("dialog.idempotencyKeyFromHelp") },
    settings,
    t,
  );
  return [
    timeout,
    checkboxRow("lateResults", true, settings, t),
    idempotencyKey,
    checkboxRow("allowUnknown", false, settings, t),
  ];
};

/**
 * A drop-down list; the first value is the one that holds when nothing is saved.
 *
 * @param text where the catalogue has the label; its help is there too, with "Help" at the end.
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
  const made = row({ label: t(text), help: t(`${text}Help`), control: id }, control);
  made.dataset.property = property;
  return made;
};

const checkboxRow = (property: string, preset: boolean, settings: OpenSettings, t: Translate): HTMLElement => {
  const id = controlId();
  const control = element("input", { type: "checkbox", id, class: "fluxwire-checkbox" });
  const value = settings.read(property) ?? preset;
  control.checked = value === true || value === "true";
  // Neither on nor off: the environment says which.
  const variable = typeof value === "string" && isVariable(value) ? value : undefined;
  control.indeterminate = variable !== undefined;
  control.addEventListener("change", () => settings.change(property, control.checked));
  const texts = { label: t(`dialog.${property}`), help: t(`dialog.${property}Help`), hint: variable, control: id };
  const made = row(texts, control);
  made.dataset.property = property;
  return made;
};

/** Seconds above 0, a variable, or nothing: the account's. */
export const isTimeout = (value: string): boolean => value === "" || isVariable(value) || Number(value) > 0;
