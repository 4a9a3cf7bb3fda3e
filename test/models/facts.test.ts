import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modelById, models } from "../../lib/models/catalogue";
import { kontext } from "../../lib/models/kontext";
import { krea } from "../../lib/models/krea";
import type { Leaf, Model } from "../../lib/models/model";
import { srpo } from "../../lib/models/srpo";

type Part = { [keyword: string]: unknown };

const reference: Part = JSON.parse(readFileSync(join(__dirname, "fixtures/runware-flux-srpo.structure.json"), "utf8"));

const part = (value: unknown): Part => Object(value);
const parts = (value: unknown): Part[] => (Array.isArray(value) ? value.map(part) : []);

/** What the reference says of every plain value, by path. */
const plainValues = (owner: Part, prefix = ""): Map<string, Part> => {
  const found = new Map<string, Part>();
  const read = (path: string, given: Part): void => {
    const objects = parts(given.oneOf).filter(({ type }) => type === "object");
    for (const value of [given, ...objects]) {
      if (value.type === "array") read(`${path}[]`, part(value.items));
      else if (value.type === "object") {
        for (const [inner, leaf] of plainValues(value, `${path}.`)) found.set(inner, leaf);
      } else found.set(path, value);
    }
  };
  for (const [name, member] of Object.entries(part(owner.properties))) read(`${prefix}${name}`, part(member));
  return found;
};

const pathsOf = ({ facts }: Model): string[] => facts.leaves.map(({ path }) => path).sort();
const leafOf = ({ facts }: Model, path: string): Leaf | undefined => facts.leaves.find((leaf) => leaf.path === path);

/** The values that a part of the reference names, whichever keyword it uses. */
const choicesOf = (value: Part): unknown =>
  value.enum ?? (value.const === undefined ? parts(value.oneOf).map((option) => option.const) : [value.const]);

/** What the node sends on its own accord, unlike the service's default. */
const sentByTheNode: Readonly<Record<string, unknown>> = { includeCost: true, deliveryMethod: "async" };

describe("what the dialog knows of FLUX.1 [dev] SRPO", () => {
  const values = plainValues(reference);

  it("is every parameter of the reference, and no other", () => {
    assert.deepEqual(pathsOf(srpo), [...values.keys()].sort());
  });

  it("is their types, ranges, steps, choices and defaults", () => {
    for (const [path, value] of values) {
      const leaf = leafOf(srpo, path);
      assert.ok(leaf, path);
      const numeric = { integer: "integer", number: "number" }[String(value.type)];
      if (numeric && !value.enum && path !== "seed") assert.equal(leaf.kind, numeric, path);
      if (value.type === "boolean") assert.equal(leaf.kind, "boolean", path);
      assert.equal(leaf.minimum, value.minimum, path);
      if (path !== "seed") assert.equal(leaf.maximum, value.maximum, path);
      assert.equal(leaf.step, value.multipleOf, path);
      assert.equal(leaf.minLength, value.minLength, path);
      assert.equal(leaf.maxLength, value.maxLength, path);
      if (path in sentByTheNode) assert.equal(leaf.sent, sentByTheNode[path]);
      else assert.equal(leaf.default, value.default, path);
      if (leaf.kind === "choice") assert.deepEqual(leaf.choices, choicesOf(value), path);
    }
  });

  it("is their kinds, where these need a widget of their own", () => {
    for (const [path, kind] of Object.entries({
      positivePrompt: "prompt",
      "inputs.seedImage": "image",
      "ipAdapters[].guideImages[]": "image",
      seed: "seed",
      uploadEndpoint: "url",
      "lora[].model": "model",
      "hiresFix.model": "choice",
    })) {
      assert.equal(leafOf(srpo, path)?.kind, kind, path);
    }
  });
});

describe("what sets the other models apart", () => {
  it("is for Krea a size that it needs and the size of face regions", () => {
    assert.deepEqual(pathsOf(krea), [...pathsOf(srpo), "ultralytics.inpaintSize"].sort());
    assert.equal(leafOf(krea, "width")?.required, true);
    assert.equal(leafOf(krea, "height")?.required, true);
    const { minimum, maximum, default: standard } = leafOf(krea, "ultralytics.inpaintSize") ?? {};
    assert.deepEqual([minimum, maximum, standard], [128, 2048, 1024]);
  });

  it("is for Kontext reference images, an unbounded size, and no parameter that makes pictures from pictures", () => {
    const missing =
      /^(strength|maskMargin|promptWeighting|outpaint|controlNet|acePlusPlus|pulid|hiresFix|layerDiffuse|inputs)\b/;
    const shared = pathsOf(srpo).filter((path) => !missing.test(path));
    assert.deepEqual(pathsOf(kontext), [...shared, "inputs.referenceImages[]"].sort());
    assert.deepEqual([leafOf(kontext, "width")?.minimum, leafOf(kontext, "width")?.maximum], [1, undefined]);
  });

  it("is found by the provider's identifier", () => {
    for (const model of models) assert.equal(modelById(model.id), model);
    assert.equal(modelById("runware:1@1"), undefined);
  });
});
