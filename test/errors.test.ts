import assert from "node:assert/strict";
import { FluxError } from "../lib/errors";

describe("the cause of an error", () => {
  it("can be read where Node-RED's debug sidebar shows it as a string, whatever the offending value is", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    for (const value of [1n, cyclic, "a cat"]) {
      const { cause } = new FluxError("FLUX_VALIDATION", "No.", {
        parameter: "steps",
        violations: [{ parameter: "steps", message: "Above 50.", value }],
      });
      assert.deepEqual(JSON.parse(`${cause}`), {
        retryable: false,
        billed: "no",
        parameter: "steps",
        violations: [{ parameter: "steps", message: "Above 50." }],
      });
      assert.deepEqual(Object.keys(cause), ["retryable", "billed", "violations", "parameter"]);
    }
  });
});
