import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "./figure";
import { type Machine, tableOf } from "./table";

/** Figures by the bench that measured them. */
export type Parts = Readonly<Record<string, readonly Figure[]>>;

interface Report {
  machine: Machine;
  parts: Parts;
}

const inDocs = (name: string): string => join(__dirname, "../docs", name);
const JSON_FILE = inDocs("performance.json");
const PAGE = inDocs("performance.md");

/** What was written before, unless another machine measured it: figures of two machines do not belong into one table. */
export function earlierParts(machine: Machine): Parts {
  const { machine: earlier, parts }: Report = JSON.parse(readFileSync(JSON_FILE, "utf8"));
  return JSON.stringify(earlier) === JSON.stringify(machine) ? parts : {};
}

/** The table of all parts, in their order. */
export const tableOfParts = (machine: Machine, parts: Parts): string => tableOf(Object.values(parts).flat(), machine);

/** Writes parts into docs/performance.json, and their table into docs/performance.md. */
export function writeReport(machine: Machine, parts: Parts): void {
  const report: Report = { machine, parts };
  const page = readFileSync(PAGE, "utf8");
  const table = tableOfParts(machine, parts);
  writeFileSync(JSON_FILE, `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(
    PAGE,
    page.replace(/<!-- table -->[\s\S]*<!-- \/table -->/, () => table),
  );
}
