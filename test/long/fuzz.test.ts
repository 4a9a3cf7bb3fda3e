import assert from "node:assert/strict";
import fc from "fast-check";
import { FluxError } from "../../lib/errors";
import { models } from "../../lib/models/catalogue";
import { prepareRequest } from "../../lib/models/prepare";

const RUNS = 50_000;

/** Names that occur in requests, and names that break into objects. */
const name = fc.oneof(
  fc.constantFrom("width", "height", "steps", "seed", "lora", "inputs", "seedImage", "outpaint", "pulid", "images"),
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "0", "length"),
  fc.string({ maxLength: 12 }),
);

const anything = fc.anything({
  key: name,
  maxDepth: 4,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
});

describe(`${RUNS} messages made of anything`, function () {
  this.timeout(600_000);

  it("are each prepared or refused with a FluxError, and leave every object's prototype alone", () => {
    const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.oneof(anything, fc.dictionary(name, anything)),
        anything,
        fc.boolean(),
        (model, flux, prompt, allowUnknown) => {
          try {
            const { request } = prepareRequest(model, {
              dialog: {},
              prompt: { value: prompt, source: "msg.payload" },
              flux,
              output: "url",
              allowUnknown,
            });
            assert.equal(request.model, model.id);
          } catch (error) {
            if (!(error instanceof FluxError)) throw error;
            assert.equal(error.cause.billed, "no");
            assert(error.cause.violations.length > 0);
          }
        },
      ),
      { numRuns: RUNS },
    );
    assert.equal(JSON.stringify(Object.getOwnPropertyNames(Object.prototype)), before);
  });
});
