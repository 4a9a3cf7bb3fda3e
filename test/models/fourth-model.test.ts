import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fal } from "../../lib/models/dialects/fal";
import { runware } from "../../lib/models/dialects/runware";
import { expectedPicture } from "../../lib/models/expected-picture";
import type { ModelSchema } from "../../lib/models/fragments/schema";
import type { Model, ModelFacts } from "../../lib/models/model";
import { generateModel } from "../../scripts/generate-model";
import { schema } from "./fixtures/fourth-model.schema";
import { schema as falSchema } from "./fixtures/other-fal-model.schema";
import { imageFrom, PROMPT, picture, png, prepare, refusal, refusedParameters } from "./support";

type Descriptor = Omit<Model, "validate" | "facts" | "rules">;

/** What the build makes of a schema, beside what a descriptor adds to it. */
const modelOf = async (folder: string, descriptor: Descriptor, schema: ModelSchema): Promise<Model> => {
  const { type } = descriptor;
  await generateModel(type, schema, folder);
  const { facts }: { facts: ModelFacts } = require(join(folder, `${type}.facts.ts`));
  const validate: Model["validate"] = require(join(folder, `${type}.validate.js`));
  return { ...descriptor, validate, facts, rules: [] };
};

const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "other-model-"));
  symlinkSync(join(__dirname, "../../node_modules"), join(folder, "node_modules"), "junction");
  return folder;
};

describe("a fourth model", () => {
  let folder = "";
  let model: Model;

  before(async () => {
    folder = makeFolder();
    const names = { type: "fourth-model", id: "runware:999@1", title: "Fourth" };
    model = await modelOf(folder, { ...names, dialect: runware, imageParameter: "inputs.referenceImages" }, schema);
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

describe("a second model of fal's", () => {
  let folder = "";
  let model: Model;

  before(async () => {
    folder = makeFolder();
    const names = { type: "other-fal-model", id: "fal-ai/other", title: "Other" };
    model = await modelOf(folder, { ...names, dialect: fal, imageParameter: "image_url" }, falSchema);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it("needs a schema and a descriptor, and validates", () => {
    const { request, expected, attachments } = prepare(
      model,
      { brightness: 0.3, image_size: { width: 640 }, seed: null },
      { ...imageFrom(png(8, 8, 100_000)), dialog: { num_images: "2" }, output: "dataURI", delivery: "sync" },
    );
    const { image_url, ...others } = request;
    assert.match(String(image_url), /^https:/);
    assert.equal(attachments.length, 1);
    assert.deepEqual(others, {
      ...{ prompt: PROMPT, num_images: 2, brightness: 0.3, image_size: { width: 640 }, sync_mode: true },
    });
    assert.equal(expected, 2);
    assert.deepEqual(expectedPicture(model, request), { contentType: "image/jpeg", width: 640, height: 512 });
  });

  it("is refused in the words of its own schema", () => {
    assert.equal(
      refusal(model, { steps: 3 }).message,
      "Other at fal has no steps (set in msg.flux); fal calls it num_inference_steps. Nothing was sent.",
    );
    assert.deepEqual(refusedParameters(model, { brightness: 0.35, image_size: "huge" }), ["image_size", "brightness"]);
  });
});
