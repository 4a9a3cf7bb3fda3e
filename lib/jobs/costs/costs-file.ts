import type { DayTotal, SavedDay } from "./day-totals";
import type { ShapeCosts } from "./history";

/** What is kept of costs from one process to the next. No prompt and no key is in it. */
export interface SavedCosts {
  readonly seen: readonly ShapeCosts[];
  readonly today: SavedDay;
}

/** The version of the file that this code writes and reads. */
const VERSION = 1;

export const costsText = ({ seen, today }: SavedCosts): string =>
  `${JSON.stringify({ version: VERSION, today, seen }, undefined, 1)}\n`;

/** @throws Error when that is not what this version writes. */
export function readCosts(text: string): SavedCosts {
  const read: unknown = JSON.parse(text);
  const today = member(read, "today");
  const seen = member(read, "seen");
  const day = member(today, "day");
  const totals = member(today, "totals");
  const isWhole =
    member(read, "version") === VERSION &&
    typeof day === "string" &&
    Array.isArray(totals) &&
    totals.every(isTotal) &&
    Array.isArray(seen) &&
    seen.every(isShapeCosts);
  if (!isWhole) throw new Error("it is not what this version of the pack writes");
  return { seen, today: { day, totals } };
}

const isTotal = (value: unknown): value is DayTotal => {
  const service = member(value, "service");
  return (
    ["provider", "environment", "key"].every((name) => typeof member(service, name) === "string") &&
    isTexts(member(service, "addresses")) &&
    ["nanodollars", "pictures", "unknown"].every((name) => isAmount(member(value, name)))
  );
};

const isTexts = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.values(value).every((text) => typeof text === "string");

const isShapeCosts = (value: unknown): value is ShapeCosts => {
  const costs = member(value, "costs");
  return (
    typeof member(value, "place") === "string" &&
    typeof member(value, "shape") === "string" &&
    Array.isArray(costs) &&
    costs.every(isAmount)
  );
};

const isAmount = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
