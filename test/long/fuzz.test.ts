import assert from "node:assert/strict";
import fc from "fast-check";
import { FluxError } from "../../lib/errors";
import { nodeModels } from "../../lib/models/catalogue";
import { prepareRequest } from "../../lib/models/preparing/prepare";
import { anythingWith } from "../support/anything";

const RUNS = 50_000;

/** Names that occur in requests, and names that break into objects. */
const name = fc.oneof(
  fc.constantFrom("width", "height", "steps", "seed", "lora", "inputs", "seedImage", "outpaint", "pulid", "images"),
  fc.constantFrom("prompt", "image_size", "image_url", "strength", "num_images", "lora[0]", "type", "id", "name"),
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "0", "length"),
  fc.string({ maxLength: 12 }),
);

const anything = anythingWith(name, 4);

describe(`${RUNS} messages made of anything`, function () {
  this.timeout(600_000);

  it("are each prepared or refused with a FluxError, and leave every object's prototype alone", () => {
    const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
    fc.assert(
      fc.property(
        fc.constantFrom(...nodeModels),
        fc.oneof(anything, fc.dictionary(name, anything)),
        fc.oneof(anything, fc.constant("a fox")),
        fc.record({
          origins: anything,
          image: fc.option(fc.record({ value: anything, source: fc.constant("msg.image") })),
        }),
        fc.boolean(),
        (nodeModel, flux, prompt, { origins, image }, allowUnknown) => {
          try {
            const { model, request } = prepareRequest(nodeModel, {
              dialog: {},
              prompt: { value: prompt, source: "msg.payload" },
              ...(image && { image }),
              flux,
              origins,
              output: "url",
              allowUnknown,
            });
            assert.ok("modes" in nodeModel ? Object.values(nodeModel.modes).includes(model) : model === nodeModel);
            const { promptParameter } = model.dialect;
            if (promptParameter !== undefined) assert.equal(typeof request[promptParameter], "string");
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
