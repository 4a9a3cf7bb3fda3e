import { appendFileSync } from "node:fs";
import { type MochaOptions, Runner, reporters } from "mocha";
import type { Failure, TestTotals } from "./test-totals";

/**
 * Mocha's own output, and the run's totals as one more JSON line in the file named by TEST_TOTALS: reading a terminal's
 * text back is guesswork.
 */
export = class TotalsReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const failures: Failure[] = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => {
      failures.push({ title: test.fullTitle(), error: error.stack ?? String(error) });
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const file = process.env.TEST_TOTALS;
      const totals: TestTotals = { passes: this.stats.passes, failures };
      if (file) appendFileSync(file, `${JSON.stringify(totals)}\n`);
    });
  }
};
