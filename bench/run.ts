import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { validation } from "./validation";

/** `npm run bench [-- --json <file>]`: a table for people, JSON for whoever compares two runs. */
const main = (): void => {
  const { values } = parseArgs({ options: { json: { type: "string" } } });
  const measures = validation();
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  console.log(`Node ${machine.node} on ${machine.cpu}; microseconds per call, medians of 5 rounds`);
  console.table(
    Object.fromEntries(measures.map(({ name, ours, baseline, ratio }) => [name, { ours, baseline, ratio }])),
  );
  const report = JSON.stringify({ ...machine, measures });
  if (values.json) writeFileSync(values.json, `${report}\n`);
  else console.log(report);
};

main();
