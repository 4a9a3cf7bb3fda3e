import { element, icon } from "../element";
import type { Translate } from "../node-red";
import { controlId } from "../row";
import { besideText, type Problem } from "./problem";

const LINES = "fluxwire-problem-lines";

/** What a person moves to in a row. */
const controls = "input:not([type=hidden]), select, textarea, .red-ui-typedInput-option-trigger";

/** What lines are shown in: fields, and lists of them. */
const ROWS = ".fluxwire-row, [data-list]";

/** One problem as a line. Its icon and its role tell an error from a note, not its colour alone. */
export const problemLine = ({ level }: Pick<Problem, "level">, text: string): HTMLElement => {
  const isError = level === "error";
  return element(
    "div",
    { class: `fluxwire-problem fluxwire-${level}`, role: isError ? "alert" : "status" },
    icon(isError ? "exclamation-triangle" : "info-circle"),
    element("span", {}, text),
  );
};

/** The lines below a row's control; what is said already is left alone, so that nobody hears it twice. */
export const showBeside = (row: HTMLElement, problems: readonly Problem[], t: Translate): void => {
  const cell = row.querySelector<HTMLElement>(":scope > .fluxwire-cell") ?? row;
  const shown = cell.querySelector<HTMLElement>(`:scope > .${LINES}`);
  const said = JSON.stringify(problems);
  if ((shown?.dataset.said ?? "[]") === said) return;
  shown?.remove();
  const isWrong = problems.some(({ level }) => level === "error");
  row.classList.toggle("fluxwire-wrong", isWrong);
  const id = problems.length === 0 ? undefined : controlId();
  if (id !== undefined) {
    const lines = element(
      "div",
      { class: LINES, id },
      ...problems.map((problem) => problemLine(problem, besideText(problem, t))),
    );
    lines.dataset.said = said;
    cell.append(lines);
  }
  // What is wrong with a list as a whole is wrong with none of its fields.
  const own = [...row.querySelectorAll<HTMLElement>(controls)].filter((one) => one.closest(ROWS) === row);
  for (const control of own) describe(control, shown?.id, id, isWrong);
};

/** Tells assistive software that the lines belong to a control; what else describes it stays. */
const describe = (
  control: HTMLElement,
  before: string | undefined,
  now: string | undefined,
  isWrong: boolean,
): void => {
  const others = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id !== "" && id !== before);
  const all = [...others, ...(now === undefined ? [] : [now])];
  if (all.length === 0) control.removeAttribute("aria-describedby");
  else control.setAttribute("aria-describedby", all.join(" "));
  if (isWrong) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
};
