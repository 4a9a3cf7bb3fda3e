import { type EditorNode, page, type Translate, type TypedInputType } from "../node-red";
import { controlId, nameWidgetParts } from "../row";

/** The control of a setting that Node-RED reads by itself. */
export const input = (property: string): HTMLInputElement | null =>
  document.querySelector<HTMLInputElement>(`#node-config-input-${property}`);

/** What the open dialog shows at this moment in a control that Node-RED reads by itself. */
export const shown = (property: string): string => input(property)?.value ?? "";

/** The id of the chosen config node; the list's "add new" and "none" entries are none. */
export const configNode = (property: string): string => {
  const id = document.querySelector<HTMLSelectElement>(`#node-config-input-${property}`)?.value ?? "";
  return id === "_ADD_" ? "" : id;
};

/** A setting with a few choices that may also be a `${VARIABLE}`; Node-RED does not read its control by itself. */
export interface ChosenSetting {
  /** What holds when nothing is saved. */
  preset: string;
  /** Values, and where the catalogue has their names. */
  choices: readonly { value: string; text: string }[];
}

const chosenControl = (property: string): Element | null => document.querySelector(`#fluxwire-account-${property}`);

/** What the open dialog shows at this moment in the control of a chosen setting. */
export const shownChoice = (property: string): string | undefined => {
  const control = chosenControl(property);
  return control === null ? undefined : page.$(control).typedInput("value").trim();
};

/** A list of choices that also takes a `${VARIABLE}`, in place of an `<input>`. */
const choiceOrVariable = (
  control: Element | null,
  value: string,
  choices: ChosenSetting["choices"],
  t: Translate,
): void => {
  if (control === null) return;
  const types: TypedInputType[] = [
    {
      value: "choice",
      label: "",
      showLabel: false,
      options: choices.map((choice) => ({ value: choice.value, label: t(choice.text) })),
    },
    { value: "variable", label: t("account.fromEnvironment"), icon: "red/images/typedInput/env.svg" },
  ];
  const widget = page.$(control).typedInput({ default: "choice", types });
  widget.typedInput("type", choices.some((choice) => choice.value === value) ? "choice" : "variable");
  widget.typedInput("value", value);
  widget.typedInput("width", "70%");
  nameAfterLabel(control);
};

/** The widget hides the control to which its label points, and puts others in its place. */
const nameAfterLabel = (control: Element): void => {
  const label = document.querySelector<HTMLLabelElement>(`label[for="${control.id}"]`);
  const widget = control.closest(".form-row")?.querySelector(".red-ui-typedInput-container");
  if (label === null || !widget) return;
  label.id = controlId();
  nameWidgetParts(widget, label.id);
  widget.querySelector("input.red-ui-typedInput-input")?.setAttribute("aria-labelledby", label.id);
  const trigger = widget.querySelector(".red-ui-typedInput-option-trigger");
  if (trigger) label.htmlFor = trigger.id;
};

const environments = ["production", "sandbox"].map((value) => ({ value, text: `account.${value}` }));

/** Draws the lists of choices of an account's dialog. */
export const drawChoices = (node: EditorNode, chosen: Readonly<Record<string, ChosenSetting>>, t: Translate): void => {
  choiceOrVariable(input("environment"), String(node.environment ?? "production"), environments, t);
  for (const [property, { preset, choices }] of Object.entries(chosen)) {
    choiceOrVariable(chosenControl(property), String(node[property] ?? preset), choices, t);
  }
};
