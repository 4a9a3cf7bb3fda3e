import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { processes } from "./processes";
import { validation } from "./validation";

/** `npm run bench [-- --json <file>]`: tables for people, JSON for whoever compares two runs. */
const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { json: { type: "string" } } });
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  const measures = validation();
  console.log(`Node ${machine.node} on ${machine.cpu}; microseconds per call, medians of 5 rounds`);
  console.table(
    Object.fromEntries(measures.map(({ name, ours, baseline, ratio }) => [name, { ours, baseline, ratio }])),
  );
  const memory = await processes();
  console.log("In a process of its own; MB of memory");
  console.table(Object.fromEntries(memory.map(({ name, ...figures }) => [name, figures])));
  const report = JSON.stringify({ ...machine, measures, memory });
  if (values.json) writeFileSync(values.json, `${report}\n`);
  else console.log(report);
};

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
