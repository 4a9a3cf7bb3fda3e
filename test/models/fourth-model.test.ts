import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runware } from "../../lib/models/dialects/runware";
import type { Model, ModelFacts } from "../../lib/models/model";
import { generateModel } from "../../scripts/generate-model";
import { schema } from "./fixtures/fourth-model.schema";
import { picture, prepare, refusal, refusedParameters } from "./support";

describe("a fourth model", () => {
  let folder = "";
  let model: Model;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "fourth-model-"));
    symlinkSync(join(__dirname, "../../node_modules"), join(folder, "node_modules"), "junction");
    await generateModel("fourth-model", schema, folder);
    const { facts }: { facts: ModelFacts } = require(join(folder, "fourth-model.facts.ts"));
    const validate: Model["validate"] = require(join(folder, "fourth-model.validate.js"));
    model = {
      ...{ type: "fourth-model", id: "runware:999@1", title: "Fourth", imageParameter: "inputs.referenceImages" },
      dialect: runware,
      ...{ validate, facts, rules: [] },
    };
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it("needs a schema and a descriptor, and validates", () => {
    const image = { value: picture.url, source: "Image from (msg.image)" };
    const { request } = prepare(model, { brightness: 0.3 }, { image, dialog: { steps: "3" } });
    assert.deepEqual(request.inputs, { referenceImages: [picture.url] });
    assert.equal(request.steps, 3);
    assert.equal(request.brightness, 0.3);
  });

  it("is refused in the words of its own schema", () => {
    assert.equal(
      refusal(model, { brightness: 0.35 }).message,
      "brightness is 0.35, but must be a number from 0 to 1 in steps of 0.1; the nearest are 0.3 and 0.4. Nothing was sent.",
    );
    assert.deepEqual(refusedParameters(model, { strength: 0.5, controlNet: [] }), ["strength", "controlNet"]);
  });

  it("has a request type of its own", () => {
    const type = readFileSync(join(folder, "fourth-model.type.ts"), "utf8");
    assert.match(type, /export interface FourthModelRequest \{/);
    assert.match(type, /brightness\?: number;/);
  });
});
