import { element } from "./element";
import { page } from "./node-red";

let made = 0;

/** An id for a control that a label points to; unique on the page. */
export const controlId = (): string => `fluxwire-control-${++made}`;

interface RowTexts {
  label: string;
  /** One sentence, shown when the pointer rests on the label. */
  help?: string;
  /** A few words under the control: range, default. */
  hint?: string;
  /** The id of the control. */
  control?: string;
}

/** A line of a dialog: a label, a control, and a hint below it. */
export const row = ({ label, help = "", hint = "", control }: RowTexts, content: Node): HTMLElement => {
  const name = element("label", { class: "fluxwire-label", for: control }, label);
  if (help !== "") {
    name.classList.add("fluxwire-helped");
    page.RED.popover.tooltip(page.$(name), help);
  }
  const cell = element("div", { class: "fluxwire-cell" }, content);
  const made = element("div", { class: "fluxwire-row" }, name, cell);
  showHint(made, hint);
  return made;
};

/** Puts another hint below a row's control, or none. */
export const showHint = (shown: HTMLElement, hint: string): void => {
  const cell = shown.querySelector(".fluxwire-cell");
  cell?.querySelector(":scope > .fluxwire-hint")?.remove();
  if (hint !== "") cell?.append(element("div", { class: "fluxwire-hint" }, hint));
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
