import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nodeOfMajor } from "./other-node";
import { runNpm } from "./run-npm";

/** The two ends of what the pack supports; `.ci/run` and the workflow name them by `name`. */
const combinations = [
  { name: "node20", node: "20", nodeRed: "node-red", title: "Node 20 + Node-RED 4.1" },
  { name: "node24", node: "24", nodeRed: "node-red-5", title: "Node 24 + Node-RED 5" },
] as const;

type Combination = (typeof combinations)[number];

interface Outcome {
  passed: number;
  failed: number;
  seconds: number;
}

/** Adds up what the reporter wrote, one JSON line per mocha run. */
const readTotals = (file: string): { passed: number; failed: number } => {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  const runs = lines.map((line): { passes: number; failures: number } => JSON.parse(line));
  return {
    passed: runs.reduce((sum, run) => sum + run.passes, 0),
    failed: runs.reduce((sum, run) => sum + run.failures, 0),
  };
};

const test = (combination: Combination, totals: string): Outcome => {
  const begun = Date.now();
  const status = runNpm(["test", "--", "--reporter", "scripts/totals-reporter.ts"], {
    node: nodeOfMajor(combination.node),
    env: { NODE_RED: combination.nodeRed, TEST_TOTALS: totals },
  });
  const { passed, failed } = readTotals(totals);
  // A run that ended badly without a failed test (a build error, a crash) must not look green.
  return { passed, failed: status === 0 ? failed : Math.max(failed, 1), seconds: (Date.now() - begun) / 1000 };
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
  const outcomes = chosen.map((combination) => ({
    title: combination.title,
    ...test(combination, join(folder, `${combination.name}.jsonl`)),
  }));
  rmSync(folder, { recursive: true });
  console.log();
  for (const { title, passed, failed, seconds } of outcomes) {
    console.log(`${title}: ${passed} passed, ${failed} failed in ${Math.round(seconds)} s`);
    // Whoever runs us inside a larger run adds up the totals of all its parts.
    const totals = process.env.TEST_TOTALS;
    if (totals) appendFileSync(totals, `${JSON.stringify({ passes: passed, failures: failed })}\n`);
  }
  if (outcomes.some(({ failed }) => failed > 0)) process.exitCode = 1;
};

main();
