import { element } from "../element";
import type { Translate } from "../node-red";
import { problemLine, showBeside } from "./field-lines";
import { labelledText, type Problem } from "./problem";

/** A dialog whose values are checked while it is open. */
export interface LiveForm {
  /** Where the fields are. */
  host: Element;
  t: Translate;
  find(): readonly Problem[];
  /** The setting, by its name, that a parameter has instead of a field: "Prompt from". */
  settingOf?(path: string): string | undefined;
  /** Whether a field that is not there will be, once its section is unfolded. */
  isFolded?(path: string): boolean;
  /** Called with everything that was found, to mark what is folded. */
  found?(problems: readonly Problem[]): void;
}

export interface LiveProblems {
  /** Problems that have no field beside which they could stand. */
  element: HTMLElement;
  /** Looks again, before the page is next painted. */
  refresh(): void;
  /** Looks again at once. */
  show(): void;
}

/** The attributes by which a row, a list or the source of a whole list is found. */
const places = ["parameter", "list", "source", "whole"] as const;

const rowAt = (host: Element, path: string): HTMLElement | null => {
  for (const place of places) {
    const row = host.querySelector<HTMLElement>(`[data-${place}="${CSS.escape(path)}"]`);
    if (row !== null && row.offsetParent !== null) return row;
  }
  return null;
};

/** The row of a problem: the field's own, that of the only element of a list, or the setting that fills the parameter. */
const rowOf = ({ host, settingOf }: LiveForm, { path, at }: Problem): HTMLElement | null => {
  const setting = settingOf?.(path);
  return (
    rowAt(host, at ?? path) ??
    rowAt(host, `${path}.0`) ??
    (setting === undefined ? null : host.querySelector<HTMLElement>(`[data-property="${CSS.escape(setting)}"]`))
  );
};

/** Shows what is wrong beside the fields, and what has none in a list. */
export const liveProblems = (form: LiveForm): LiveProblems => {
  const list = element("div", { class: "fluxwire-problem-list" });
  let marked = new Set<HTMLElement>();
  let isWaiting = false;
  const show = (): void => {
    const problems = form.find();
    const byRow = new Map<HTMLElement, Problem[]>();
    const others: Problem[] = [];
    for (const problem of problems) {
      const row = rowOf(form, problem);
      if (row !== null) byRow.set(row, [...(byRow.get(row) ?? []), problem]);
      else if (!form.isFolded?.(problem.path)) others.push(problem);
    }
    for (const row of marked) if (!byRow.has(row)) showBeside(row, [], form.t);
    for (const [row, ofRow] of byRow) showBeside(row, ofRow, form.t);
    marked = new Set(byRow.keys());
    showList(others);
    form.found?.(problems);
  };
  const showList = (others: readonly Problem[]): void => {
    const said = JSON.stringify(others);
    if ((list.dataset.said ?? "[]") === said) return;
    list.dataset.said = said;
    list.replaceChildren(...others.map((problem) => problemLine(problem, labelledText(problem, form.t))));
  };
  const refresh = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      if (list.isConnected) show();
    });
  };
  return { element: list, refresh, show };
};
