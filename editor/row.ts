import { element } from "./element";
import { page } from "./node-red";

let made = 0;

/** An id for a control that a label points to; unique on the page. */
export const controlId = (): string => `fluxwire-control-${++made}`;

interface RowTexts {
  label: string;
  /** One sentence: for the pointer that rests on the label, for a reader, and below the control on demand. */
  help?: string;
  /** A few words under the control: range, default. */
  hint?: string;
  /** The id of the control. */
  control?: string;
}

/** A line of a dialog: a label, a control, and a hint below it. */
export const row = ({ label, help = "", hint = "", control = controlId() }: RowTexts, content: Node): HTMLElement => {
  const name = element("label", { class: "fluxwire-label", id: `${control}-label`, for: control }, label);
  const cell = element("div", { class: "fluxwire-cell" }, content);
  const named = element("div", { class: "fluxwire-name" }, name);
  const made = element("div", { class: "fluxwire-row" }, named, cell);
  if (help !== "") addHelp(help, control, name, named, cell);
  describe(made, control);
  showHint(made, hint);
  return made;
};

/** A sentence that a small button shows and hides; with 80 fields, it is hidden at first. */
const addHelp = (help: string, control: string, name: HTMLElement, named: HTMLElement, cell: HTMLElement): void => {
  const text = element("div", { class: "fluxwire-help", id: `${control}-help` }, help);
  text.hidden = true;
  const id = `${control}-ask`;
  const ask = element(
    "button",
    { type: "button", class: "fluxwire-ask", id, "aria-labelledby": `${name.id} ${id}`, "aria-expanded": "false" },
    "?",
  );
  ask.addEventListener("click", () => {
    text.hidden = !text.hidden;
    ask.setAttribute("aria-expanded", String(!text.hidden));
  });
  for (const part of [name, ask]) page.RED.popover.tooltip(page.$(part), help);
  named.append(ask);
  cell.append(text);
};

/** Tells readers the name, the hint and the help of whatever takes the focus in a row. */
const describe = (made: HTMLElement, control: string): void => {
  const parts = made.querySelectorAll<HTMLElement>(".fluxwire-cell :is(input, select, textarea, button)");
  for (const part of parts) part.setAttribute("aria-describedby", `${control}-hint ${control}-help`);
  nameWidgetParts(made, `${control}-label`);
};

const widgetParts = ["type-select", "option-trigger", "option-expand"].map((part) => `.red-ui-typedInput-${part}`);

/** Tells readers what the buttons of a typed input are for: their own text says only what is chosen. */
export const nameWidgetParts = (holder: Element, label: string): void => {
  for (const part of holder.querySelectorAll(widgetParts.join())) {
    part.id = controlId();
    part.setAttribute("aria-labelledby", `${label} ${part.id}`);
  }
};

/** Puts another hint below a row's control, or none. */
export const showHint = (shown: HTMLElement, hint: string): void => {
  const cell = shown.querySelector(".fluxwire-cell");
  const label = shown.querySelector("label");
  cell?.querySelector(":scope > .fluxwire-hint")?.remove();
  if (hint === "") return;
  const line = element("div", { class: "fluxwire-hint", id: `${label?.htmlFor}-hint` }, hint);
  const help = cell?.querySelector(":scope > .fluxwire-help");
  if (help) help.before(line);
  else cell?.append(line);
};

interface Choice {
  value: string;
  label: string;
}

/** A plain drop-down list. */
export const select = (id: string, choices: readonly Choice[], value: string): HTMLSelectElement => {
  const made = element("select", { id, class: "fluxwire-wide" });
  // A value from elsewhere, such as ${VARIABLE}, stays selectable.
  const offered = choices.some((choice) => choice.value === value) ? choices : [...choices, { value, label: value }];
  made.append(...offered.map((choice) => element("option", { value: choice.value }, choice.label)));
  made.value = value;
  return made;
};
