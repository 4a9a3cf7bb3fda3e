import { appendFileSync } from "node:fs";
import { type MochaOptions, type Runner, reporters } from "mocha";

/**
 * Mocha's own output, and the run's totals as one more JSON line in the file named by TEST_TOTALS: reading a terminal's
 * text back is guesswork.
 */
export = class TotalsReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      const file = process.env.TEST_TOTALS;
      if (file) appendFileSync(file, `${JSON.stringify({ passes, failures, pending })}\n`);
    });
  }
};
