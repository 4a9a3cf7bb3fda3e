/** A row of an author's own price table. What is left out fits everything. */
export interface PriceRow {
  /** The type of an inference node. */
  readonly model?: string;
  /** In pixels; both or none. */
  readonly width?: number;
  readonly height?: number;
  readonly steps?: number;
  /** US dollars for one picture. */
  readonly dollars: number;
}

export const PRICE_COLUMNS = ["model", "width", "height", "steps", "dollars"] as const;
export type PriceColumn = (typeof PRICE_COLUMNS)[number];

/** What is wrong with a table, in a form that can be put in words anywhere. */
export type PriceProblem =
  | { key: "notList" }
  | { key: "notRow"; row: number }
  | { key: "sameAs"; row: number; other: number }
  | { key: "model" | "size" | "steps" | "dollars" | "half"; row: number; column: PriceColumn; value: string };

interface PriceTable {
  rows: PriceRow[];
  problems: PriceProblem[];
}

/** More rows than a person writes. */
const MOST_ROWS = 200;

/** The largest of each, so that a slip of the finger is found. */
const LARGEST = { width: 100_000, height: 100_000, steps: 10_000, dollars: 1000 };

/** A saved row's values as texts, whatever was saved; what is not there is empty. */
export function rowTexts(saved: unknown): Record<PriceColumn, string> {
  const text = (column: PriceColumn): string => {
    const value: unknown =
      typeof saved === "object" && saved !== null && Object.hasOwn(saved, column) ? Reflect.get(saved, column) : "";
    return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
  };
  const [model, width, height, steps, dollars] = [
    text("model"),
    text("width"),
    text("height"),
    text("steps"),
    text("dollars"),
  ];
  return { model, width, height, steps, dollars };
}

/**
 * Reads a saved price table. Dialogs and nodes read it alike.
 *
 * @param saved undefined, as nodes of earlier versions have it, is an empty table.
 * @param models types of the nodes that the account can run.
 * @param isOpen whether a text stands for a value that is not known here, like a `${VARIABLE}` in a dialog.
 */
export function readPriceTable(
  saved: unknown,
  models: readonly string[],
  isOpen: (text: string) => boolean = () => false,
): PriceTable {
  if (saved === undefined || saved === null || saved === "") return { rows: [], problems: [] };
  if (!Array.isArray(saved) || saved.length > MOST_ROWS) return { rows: [], problems: [{ key: "notList" }] };
  const problems: PriceProblem[] = [];
  const rows: PriceRow[] = [];
  const seen = new Map<string, number>();
  for (const [index, one] of saved.entries()) {
    const row = index + 1;
    if (typeof one !== "object" || one === null || Array.isArray(one)) {
      problems.push({ key: "notRow", row });
      continue;
    }
    const texts = rowTexts(one);
    const wrong = PRICE_COLUMNS.flatMap((column) => problemOf(texts, column, row, models, isOpen));
    const key = PRICE_COLUMNS.filter((column) => column !== "dollars")
      .map((column) => texts[column])
      .join("|");
    const other = seen.get(key);
    if (other !== undefined && !isOpen(texts.dollars)) wrong.push({ key: "sameAs", row, other });
    seen.set(key, other ?? row);
    problems.push(...wrong);
    if (wrong.length === 0) rows.push(rowOf(texts));
  }
  return { rows, problems };
}

function problemOf(
  texts: Record<PriceColumn, string>,
  column: PriceColumn,
  row: number,
  models: readonly string[],
  isOpen: (text: string) => boolean,
): PriceProblem[] {
  const value = texts[column];
  const problem = (key: "model" | "size" | "steps" | "dollars" | "half"): PriceProblem[] => [
    { key, row, column, value },
  ];
  if (isOpen(value)) return [];
  switch (column) {
    case "model":
      return value === "" || models.includes(value) ? [] : problem("model");
    case "width":
    case "height":
      if (value === "") return texts[column === "width" ? "height" : "width"] === "" ? [] : problem("half");
      return isWhole(value, LARGEST[column]) ? [] : problem("size");
    case "steps":
      return value === "" || isWhole(value, LARGEST.steps) ? [] : problem("steps");
    case "dollars":
      return isDecimal(value) && Number(value) > 0 && Number(value) <= LARGEST.dollars ? [] : problem("dollars");
  }
}

const isWhole = (text: string, largest: number): boolean =>
  /^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= largest;

/** As people write it; a small number that was saved as one may be "1e-7". */
const isDecimal = (text: string): boolean => /^(\d+(\.\d*)?|\.\d+)(e-?\d+)?$/i.test(text);

const rowOf = ({ model, width, height, steps, dollars }: Record<PriceColumn, string>): PriceRow => ({
  ...(model !== "" && { model }),
  ...(width !== "" && { width: Number(width), height: Number(height) }),
  ...(steps !== "" && { steps: Number(steps) }),
  dollars: Number(dollars),
});

/** A picture as a price table sees it; what is not known fits only rows that do not ask for it. */
export interface PricedPicture {
  readonly model: string;
  readonly width?: number;
  readonly height?: number;
  readonly steps?: number;
}

/** The row that says most about a picture: its model counts more than its size, and that more than its steps. */
export function rowFor(rows: readonly PriceRow[], picture: PricedPicture): PriceRow | undefined {
  const fitting = rows.filter(
    ({ model = picture.model, width = picture.width, height = picture.height, steps = picture.steps }) =>
      model === picture.model && width === picture.width && height === picture.height && steps === picture.steps,
  );
  return fitting.reduce<PriceRow | undefined>(
    (best, row) => (best === undefined || weightOf(row) > weightOf(best) ? row : best),
    undefined,
  );
}

const weightOf = ({ model, width, steps }: PriceRow): number =>
  (model === undefined ? 0 : 4) + (width === undefined ? 0 : 2) + (steps === undefined ? 0 : 1);
