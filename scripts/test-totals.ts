/** A test that failed, as `.ci/run` tells it once more at its very end. */
export interface Failure {
  title: string;
  /** The error's stack, which begins with its message. */
  error: string;
}

/** What one run of mocha came to: one JSON line in the file named by TEST_TOTALS. */
export interface TestTotals {
  passes: number;
  failures: Failure[];
}
