/** Skips a test that cannot be run here, and says why: one that is silently left out looks like one that passed. */
export function skipped(test: Mocha.Context, reason: string): never {
  console.log(`      skipped: ${reason}`);
  return test.skip();
}
