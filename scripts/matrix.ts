import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nodeOfVersion } from "./other-node";
import { runNpm } from "./run-npm";
import type { TestTotals } from "./test-totals";

/** The two ends of what the pack supports; `.ci/run` and the workflow name them by `name`. */
const combinations = [
  { name: "node20", node: "20", nodeRed: "node-red", title: "Node 20 + Node-RED 4.1" },
  { name: "node24", node: "24", nodeRed: "node-red-5", title: "Node 24 + Node-RED 5" },
] as const;

type Combination = (typeof combinations)[number];

interface Outcome extends TestTotals {
  title: string;
  seconds: number;
}

/** Adds up what the reporter wrote, one JSON line per mocha run. */
const readTotals = (file: string): TestTotals => {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  const runs = lines.map((line): TestTotals => JSON.parse(line));
  return {
    passes: runs.reduce((sum, run) => sum + run.passes, 0),
    failures: runs.flatMap((run) => run.failures),
  };
};

const test = (combination: Combination, totals: string): Outcome => {
  const begun = Date.now();
  const status = runNpm(["test", "--", "--reporter", "scripts/totals-reporter.ts"], {
    node: nodeOfVersion(combination.node),
    env: { NODE_RED: combination.nodeRed, TEST_TOTALS: totals },
  });
  const { passes, failures } = readTotals(totals);
  // A run that ended badly without a failed test (a build error, a crash) must not look green.
  if (status !== 0 && failures.length === 0) {
    failures.push({ title: combination.title, error: `npm test ended with status ${status} and no failed test` });
  }
  return { title: combination.title, passes, failures, seconds: (Date.now() - begun) / 1000 };
};

const main = (): void => {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  const chosen = combinations.filter(({ name }) => values.only === undefined || name === values.only);
  if (chosen.length === 0) {
    console.error(`--only takes one of: ${combinations.map(({ name }) => name).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "flux-matrix-"));
  const outcomes = chosen.map((combination) => test(combination, join(folder, `${combination.name}.jsonl`)));
  rmSync(folder, { recursive: true });
  console.log();
  for (const { title, passes, failures, seconds } of outcomes) {
    console.log(`${title}: ${passes} passed, ${failures.length} failed in ${Math.round(seconds)} s`);
    // Whoever runs us inside a larger run adds up the totals of all its parts.
    const file = process.env.TEST_TOTALS;
    const totals: TestTotals = { passes, failures };
    if (file) appendFileSync(file, `${JSON.stringify(totals)}\n`);
  }
  if (outcomes.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
};

main();
