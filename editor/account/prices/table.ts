import {
  PRICE_COLUMNS,
  type PriceColumn,
  type PriceProblem,
  readPriceTable,
  rowTexts,
} from "../../../lib/models/prices/price-table";
import { button, element } from "../../element";
import { models } from "../../models";
import type { EditorNode, Translate } from "../../node-red";
import { select } from "../../row";
import { isVariable } from "../../variable";
import { problemInWords } from "./words";

/** The texts of a row, by column. */
type Texts = Record<PriceColumn, string>;

/** Types of the inference nodes that an account can run: they begin with the name of its service. */
export const modelsFor = (accountType: string): string[] => {
  const [service = ""] = accountType.split("-");
  return Object.keys(models).filter((type) => type.startsWith(`${service}-`));
};

const isEmpty = (texts: Texts): boolean => PRICE_COLUMNS.every((column) => texts[column] === "");

const rowsOf = (saved: unknown): Texts[] => (Array.isArray(saved) ? saved.map(rowTexts) : []);

/** The price table in the dialog of an account that is open. */
interface OpenTable {
  rows(): Texts[];
}

const open = new WeakMap<EditorNode, OpenTable>();

/** Draws the account's own price table, where its dialog has room for one. */
export const drawPrices = (node: EditorNode, t: Translate): void => {
  const host = document.querySelector<HTMLElement>(".fluxwire-prices");
  const count = document.querySelector<HTMLInputElement>("#fluxwire-account-prices");
  if (host === null || count === null) return;
  const offered = modelsFor(node.type);
  const lines: Line[] = [];
  const body = element("div", { class: "fluxwire-price-rows" });
  const heading = element(
    "div",
    { class: "fluxwire-price-row fluxwire-price-heading", "aria-hidden": "true" },
    ...PRICE_COLUMNS.map((column) => element("span", {}, t(`account.prices.column.${column}`))),
  );
  const changed = (): void => {
    const rows = lines.map(({ read }) => read());
    heading.hidden = rows.length === 0;
    count.value = rows.length === 0 ? "" : String(rows.length);
    const { problems } = readPriceTable(rows, offered, isVariable);
    lines.forEach((line, index) => {
      const own = problems.filter((problem) => "row" in problem && problem.row === index + 1);
      // A row that was only just added is not wrong yet.
      line.show(isEmpty(line.read()) ? [] : own);
    });
    count.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const add = (texts: Texts): Line => {
    const line = priceLine(texts, offered, t, changed, () => {
      const index = lines.indexOf(line);
      lines.splice(index, 1);
      line.element.remove();
      number(lines);
      changed();
      (lines[index]?.remove ?? adding).focus();
    });
    lines.push(line);
    body.append(line.element);
    return line;
  };
  const adding = button(t("account.prices.add"), "plus", () => {
    const line = add(rowTexts({}));
    number(lines);
    changed();
    line.first.focus();
  });
  adding.classList.add("fluxwire-add");
  for (const texts of rowsOf(node.prices)) add(texts);
  number(lines);
  host.replaceChildren(heading, body, adding);
  changed();
  open.set(node, { rows: () => lines.map(({ read }) => read()) });
};

/** Takes over the table, if something in it was changed. */
export const savePrices = (node: EditorNode): void => {
  const table = open.get(node);
  open.delete(node);
  if (table === undefined) return;
  const rows = table.rows();
  if (JSON.stringify(rows) === JSON.stringify(rowsOf(node.prices))) return;
  node.prices = rows.filter((texts) => !isEmpty(texts));
};

interface Line {
  element: HTMLElement;
  first: HTMLElement;
  remove: HTMLElement;
  read(): Texts;
  /** Names the line's controls for those who cannot see what is above them. */
  name(number: number): void;
  show(problems: readonly PriceProblem[]): void;
}

const number = (lines: readonly Line[]): void => {
  for (const [index, line] of lines.entries()) line.name(index + 1);
};

const priceLine = (
  texts: Texts,
  offered: readonly string[],
  t: Translate,
  changed: () => void,
  removed: () => void,
): Line => {
  const choices = [
    { value: "", label: t("account.prices.anyModel") },
    ...offered.map((type) => ({ value: type, label: models[type]?.title ?? type })),
  ];
  const model = select("", choices, texts.model);
  model.removeAttribute("id");
  const text = (column: PriceColumn): HTMLInputElement => {
    const placeholder = column === "dollars" ? t("account.prices.dollarsExample") : t("account.prices.any");
    const made = element("input", { type: "text", class: "fluxwire-wide", placeholder, autocomplete: "off" });
    made.value = texts[column];
    return made;
  };
  const controls: Record<PriceColumn, HTMLInputElement | HTMLSelectElement> = {
    model,
    width: text("width"),
    height: text("height"),
    steps: text("steps"),
    dollars: text("dollars"),
  };
  const remove = button("", "trash-o", removed);
  remove.classList.add("fluxwire-remove");
  const wrong = element("div", { class: "fluxwire-price-problem fluxwire-bad", role: "status" });
  const row = element("div", { class: "fluxwire-price-row" }, ...PRICE_COLUMNS.map((name) => controls[name]), remove);
  const line = element("div", { class: "fluxwire-price" }, row, wrong);
  let said = "";
  for (const name of ["input", "change"]) row.addEventListener(name, changed);
  return {
    element: line,
    first: model,
    remove,
    read: () => {
      const read = rowTexts({});
      for (const column of PRICE_COLUMNS) read[column] = controls[column].value.trim();
      return read;
    },
    name: (place) => {
      for (const column of PRICE_COLUMNS) {
        const label = t("account.prices.cell", { row: place, column: t(`account.prices.column.${column}`) });
        controls[column].setAttribute("aria-label", label);
      }
      const label = t("account.prices.remove", { row: place });
      remove.title = label;
      remove.setAttribute("aria-label", label);
    },
    show: (problems) => {
      const columns = problems.flatMap((problem) => ("column" in problem ? [problem.column] : []));
      for (const column of PRICE_COLUMNS) {
        const isWrong = columns.includes(column);
        controls[column].classList.toggle("input-error", isWrong);
        controls[column].setAttribute("aria-invalid", String(isWrong));
      }
      const words = problems.map((problem) => problemInWords(problem, t));
      // Reading the same again helps nobody who listens.
      if (words.join() === said) return;
      said = words.join();
      wrong.replaceChildren(...words.map((sentence) => element("div", {}, sentence)));
    },
  };
};
