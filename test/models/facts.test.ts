import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modelById, models } from "../../lib/models/catalogue";
import { falSrpo } from "../../lib/models/fal-srpo";
import { kontext } from "../../lib/models/kontext";
import { krea } from "../../lib/models/krea";
import type { Leaf, Mode, Model } from "../../lib/models/model";
import { nodeFacts } from "../../lib/models/node-facts";
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

describe("what the dialog knows of fal's FLUX.1 SRPO", () => {
  const fal: Record<Mode, Part> = JSON.parse(
    readFileSync(join(__dirname, "fixtures/fal-flux-srpo.structure.json"), "utf8"),
  );
  const modes = Object.entries(falSrpo.modes) as [Mode, Model][];
  const known = nodeFacts(falSrpo);
  const ofBoth = (path: string): Leaf | undefined => known.leaves.find((leaf) => leaf.path === path);

  for (const [mode, model] of modes) {
    it(`is every parameter of the reference, with ranges, choices and defaults (${mode})`, () => {
      const values = plainValues(fal[mode]);
      const size = part(part(fal[mode].properties).image_size).oneOf;
      // A preset beside an object.
      if (size) values.set("image_size", { ...parts(size)[0], default: "landscape_4_3" });
      assert.deepEqual(pathsOf(model), [...values.keys()].sort());
      for (const [path, value] of values) {
        const leaf = leafOf(model, path);
        assert.equal(leaf?.minimum, value.minimum, path);
        if (path !== "seed") assert.equal(leaf?.maximum, value.maximum, path);
        assert.equal(leaf?.default, value.default, path);
        if (leaf?.kind === "choice") assert.deepEqual(leaf.choices, choicesOf(value), path);
        assert.equal(leaf?.step, undefined, path);
      }
    });
  }

  it("is the parameters of both endpoints together, each once, said by mode where they differ", () => {
    assert.deepEqual(
      known.leaves.map(({ path, mode }) => (mode ? `${path}: ${mode}` : path)),
      [
        ...["prompt", "image_url: image-to-image", "strength: image-to-image", "image_size: text-to-image"],
        ...["image_size.width: text-to-image", "image_size.height: text-to-image", "num_inference_steps"],
        ...["guidance_scale", "seed", "num_images", "output_format", "enable_safety_checker", "sync_mode"],
        "acceleration",
      ],
    );
    assert.deepEqual(known.objects, ["image_size"]);
    const steps = ofBoth("num_inference_steps");
    assert.deepEqual([steps?.minimum, steps?.maximum, steps?.default], [1, 50, undefined]);
    assert.deepEqual(steps?.byMode, {
      "text-to-image": { minimum: 1, maximum: 50, default: 28 },
      "image-to-image": { minimum: 10, maximum: 50, default: 40 },
    });
    for (const { path, byMode } of known.leaves) assert.equal(byMode !== undefined, path === "num_inference_steps");
  });

  it("is their kinds, where these need a widget of their own", () => {
    for (const [path, kind] of Object.entries({
      ...{ prompt: "prompt", image_url: "image", seed: "seed", image_size: "choice", "image_size.width": "integer" },
      ...{ strength: "number", sync_mode: "boolean" },
    })) {
      assert.equal(ofBoth(path)?.kind, kind, path);
    }
    assert.equal(ofBoth("sync_mode")?.owned, true);
    assert.equal(ofBoth("image_url")?.withoutUuid, true);
  });

  it("is for a model with one endpoint its own facts", () => {
    for (const model of [srpo, krea, kontext]) assert.equal(nodeFacts(model), model.facts);
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
