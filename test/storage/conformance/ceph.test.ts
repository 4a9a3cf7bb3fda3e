import { skipped } from "../../support/skipped";
import { noCeph } from "../../support/stores/ceph-gateway";
import { startCephStore } from "../../support/stores/ceph-store";
import { keepPromises } from "./keep-promises";

keepPromises("ceph", "a Ceph object gateway", async (test) => {
  if (noCeph === undefined) return startCephStore();
  if (process.env.CI) throw new Error(`There is no store to test with: ${noCeph}`);
  return skipped(test, noCeph);
});
