import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Figure } from "./figure";
import { perJob } from "./per-job/per-job";
import { processes } from "./processes";
import { eventLoop } from "./stages";
import { starting } from "./starting";
import { streaming } from "./streaming/streaming";
import { tableOf } from "./table";
import { validation } from "./validation";
import { waiting } from "./waiting/waiting";

/** What is measured, in the order of the table. */
const benches: Record<string, () => Promise<Figure[]>> = {
  perJob,
  validation,
  eventLoop,
  starting,
  processes,
  streaming,
  waiting,
};

const report = (name: string): string => join(__dirname, "../docs", name);

/**
 * `npm run bench [-- --only <name>] [-- --write]`: the table, and the same as JSON. With `--write` both go into
 * docs/performance.md and docs/performance.json.
 */
const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { only: { type: "string" }, write: { type: "boolean", default: false } } });
  const names = values.only === undefined ? Object.keys(benches) : [values.only];
  const figures: Figure[] = [];
  for (const name of names) {
    const bench = benches[name];
    if (!bench) throw new Error(`there is no bench "${name}"; there are ${Object.keys(benches).join(", ")}`);
    console.error(`measuring: ${name}`);
    figures.push(...(await bench()));
  }
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length };
  const table = tableOf(figures, machine);
  const json = `${JSON.stringify({ ...machine, figures }, undefined, 2)}\n`;
  console.log(table);
  console.log(json);
  if (!values.write) return;
  if (values.only !== undefined) throw new Error("a part of the table is not written: leave out --only");
  const page = readFileSync(report("performance.md"), "utf8");
  writeFileSync(
    report("performance.md"),
    page.replace(/<!-- table -->[\s\S]*<!-- \/table -->/, () => table),
  );
  writeFileSync(report("performance.json"), json);
};

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
