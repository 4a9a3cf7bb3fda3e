import { cpus } from "node:os";
import { parseArgs } from "node:util";
import type { Figure } from "./figure";
import { perJob } from "./per-job/per-job";
import { processes } from "./processes";
import { earlierParts, type Parts, tableOfParts, writeReport } from "./report";
import { eventLoop } from "./stages";
import { starting } from "./starting";
import { streaming } from "./streaming/streaming";
import { validation } from "./validation";
import { usual } from "./waiting/usual";
import { waiting } from "./waiting/waiting";

/** What is measured, in the order of the table. */
const benches: Record<string, () => Promise<Figure[]>> = {
  perJob,
  usual,
  validation,
  eventLoop,
  starting,
  processes,
  streaming,
  waiting,
};

/**
 * `npm run bench [-- --only <name>] [-- --write]`: the table, and the same as JSON. With `--write` both go into
 * docs/performance.md and docs/performance.json; a part that is measured alone takes the place of what was there of it.
 */
const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { only: { type: "string" }, write: { type: "boolean", default: false } } });
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length };
  const measured: Record<string, Figure[]> = {};
  for (const name of values.only === undefined ? Object.keys(benches) : [values.only]) {
    const bench = benches[name];
    if (!bench) throw new Error(`there is no bench "${name}"; there are ${Object.keys(benches).join(", ")}`);
    console.error(`measuring: ${name}`);
    measured[name] = await bench();
    // After each part: the whole takes long, and the next part may fail.
    if (values.write) writeReport(machine, inOrder({ ...earlierParts(machine), ...measured }));
  }
  console.log(tableOfParts(machine, measured));
  console.log(JSON.stringify({ ...machine, ...measured }, undefined, 2));
};

const inOrder = (parts: Parts): Parts =>
  Object.fromEntries(Object.keys(benches).flatMap((name) => (parts[name] ? [[name, parts[name]] as const] : [])));

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
