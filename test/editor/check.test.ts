import assert from "node:assert/strict";
import { checkParams, checkValue } from "../../editor/check";
import type { Translate } from "../../editor/node-red";
import { models } from "../../lib/models/catalogue";
import { falSrpo } from "../../lib/models/fal-srpo";
import type { Leaf, ModelFacts } from "../../lib/models/model";
import { nodeFacts } from "../../lib/models/node-facts";

const facts: ModelFacts = models.find(({ type }) => type === "runware-flux-srpo")?.facts ?? {
  leaves: [],
  lists: [],
  objects: [],
};
const leaf = (path: string): Leaf => {
  const found = facts.leaves.find((candidate) => candidate.path === path);
  assert.ok(found, path);
  return found;
};
const check = (path: string, value: string, type = "str"): string | undefined =>
  checkValue(leaf(path), { type, value })?.key;
/** Says the key and the label, as the catalogue would in words. */
const t: Translate = (key, values) => (values ? `${key} ${String(values.label)}` : key);

describe("a value typed into a dialog", () => {
  it("is right within the published range and wrong outside of it", () => {
    assert.equal(check("steps", "28", "num"), undefined);
    assert.equal(check("steps", "0", "num"), "tooSmall");
    assert.equal(check("steps", "51", "num"), "tooLarge");
    assert.equal(check("steps", "28.5", "num"), "notWhole");
    assert.equal(check("steps", "abc", "num"), "notNumber");
    assert.equal(check("width", "1000", "num"), "offStep");
    assert.equal(check("scheduler", "Euler"), undefined);
    assert.equal(check("scheduler", "euler?"), "notChoice");
    assert.equal(check("negativePrompt", "x"), "tooShort");
    assert.equal(check("layerDiffuse", "yes", "bool"), "notBoolean");
    assert.equal(check("uploadEndpoint", "flux-s3://bucket/pictures/a.jpg?life=60"), "notUrl");
    assert.equal(check("uploadEndpoint", "ftp://example.com"), "notUrl");
  });

  it("may be any two-digit guidance from 0.00 to 20.00, but none with three digits", () => {
    for (let hundredths = 0; hundredths <= 2000; hundredths++) {
      assert.equal(check("CFGScale", (hundredths / 100).toFixed(2), "num"), undefined);
    }
    assert.equal(check("CFGScale", "0.001", "num"), "offStep");
  });

  it("may be a seed of up to 63 bits, 0 included", () => {
    for (const seed of ["0", "4294967295", "9223372036854775807"]) assert.equal(check("seed", seed, "num"), undefined);
    for (const seed of ["9223372036854775808", "-1", "1.5", "seed"])
      assert.equal(check("seed", seed, "num"), "notSeed");
  });

  it("is no picture when it is a word or a path", () => {
    for (const text of ["hello world", "pictures/cat.png", "/etc/passwd", "hello"]) {
      assert.equal(check("inputs.seedImage", text), "notImage");
    }
    for (const text of [
      "https://example.com/cat.png",
      "59a2edc2-45e6-429f-be5f-7ded59b92046",
      "data:image/png;base64,iVBO",
    ]) {
      assert.equal(check("inputs.seedImage", text), undefined);
    }
  });

  it("is no model when the service could not read it as one", () => {
    for (const text of ["civitai:102@3", "runware:25@1", "my-lora", "runware:esrgan@ultrasharp", " civitai:102@3 "]) {
      assert.equal(check("lora[].model", text), undefined);
    }
    for (const text of ["my lora", "civitai: 102@3", "https://civitai.com/models/102?version=3"]) {
      assert.equal(check("lora[].model", text), "notModel");
    }
  });

  it("passes when it is a variable, or comes from elsewhere", () => {
    assert.equal(check("steps", "${FLUX_STEPS}", "num"), undefined);
    assert.equal(check("steps", "payload.steps", "msg"), undefined);
    assert.equal(check("scheduler", "$uppercase(x)", "jsonata"), undefined);
  });
});

describe("a node's red triangle", () => {
  it("says what is wrong, and where", () => {
    const params = {
      "lora.1.weight": { type: "num", value: "5" },
      "lora.1.model": { type: "str", value: "civitai:1@2" },
      novelty: { type: "num", value: "1" },
    };
    assert.deepEqual(checkParams(facts, params, false, t), ["checks.tooLarge lora 2 weight", "checks.unknown novelty"]);
    assert.deepEqual(checkParams(facts, params, true, t), ["checks.tooLarge lora 2 weight"]);
  });

  it("misses what a list element cannot do without", () => {
    const params = { "controlNet.0.model": { type: "str", value: "runware:25@1" } };
    assert.deepEqual(checkParams(facts, params, false, t), ["checks.missing controlNet 1 guideImage"]);
  });

  it("misses the pictures of an IP-Adapter, as a list or one by one", () => {
    const model = { "ipAdapters.0.model": { type: "str", value: "runware:56@1" } };
    assert.deepEqual(checkParams(facts, model, false, t), ["checks.missing ipAdapters 1 guideImages"]);
    for (const path of ["ipAdapters.0.guideImages", "ipAdapters.0.guideImages.0"]) {
      assert.deepEqual(checkParams(facts, { ...model, [path]: { type: "msg", value: "x" } }, false, t), []);
    }
  });

  it("leaves what an object needs to the message, unless nothing is added to it later on", () => {
    const params = { "pulid.idWeight": { type: "num", value: "1" } };
    assert.deepEqual(checkParams(facts, params, false, t), []);
    assert.deepEqual(checkParams(facts, params, false, t, facts, ["pulid"]), ["checks.missing pulid images"]);
    assert.deepEqual(checkParams(facts, {}, false, t, facts, ["pulid"]), []);
  });

  it("refuses a step that is given as a percentage too", () => {
    const params = {
      "controlNet.0": { type: "msg", value: "net" },
      "controlNet.0.endStep": { type: "num", value: "10" },
      "controlNet.0.endStepPercentage": { type: "num", value: "50" },
      "acceleratorOptions.cacheStartStep": { type: "num", value: "1" },
    };
    assert.deepEqual(checkParams(facts, params, false, t), ["checks.bothUnits controlNet 1 endStep"]);
  });

  it("refuses an end that does not come after its start, where both are told in the same unit", () => {
    const reasons = (ends: Record<string, string>, type = "num"): string[] => {
      const values = Object.entries(ends).map(([path, value]) => [path, { type, value }]);
      return checkParams(
        facts,
        { "controlNet.0": { type: "msg", value: "net" }, ...Object.fromEntries(values) },
        false,
        t,
      );
    };
    const [start, end] = ["controlNet.0.startStepPercentage", "controlNet.0.endStepPercentage"];
    assert.deepEqual(reasons({ [start]: "80", [end]: "20" }), ["checks.notAfter controlNet 1 endStepPercentage"]);
    assert.deepEqual(reasons({ [start]: "20", [end]: "20" }), ["checks.notAfter controlNet 1 endStepPercentage"]);
    assert.deepEqual(reasons({ "acceleratorOptions.cacheStartStep": "9", "acceleratorOptions.cacheEndStep": "4" }), [
      "checks.notAfter acceleratorOptions cacheEndStep",
    ]);
    for (const fine of [
      { [start]: "20", [end]: "80" },
      { [end]: "20" },
      { [start]: "80", "controlNet.0.endStep": "4" },
      { [start]: "${START}", [end]: "4" },
    ]) {
      assert.deepEqual(reasons(fine), []);
    }
    assert.deepEqual(reasons({ [start]: "80", [end]: "20" }, "msg"), []);
  });

  it("refuses hires fix in both of its forms at once", () => {
    const params = {
      hiresFix: { type: "bool", value: "true" },
      "hiresFix.model": { type: "str", value: "runware:504@1" },
    };
    assert.deepEqual(checkParams(facts, params, false, t), ["checks.bothForms hiresFix"]);
  });

  it("is absent when a whole list or object comes from somewhere", () => {
    for (const type of ["msg", "flow", "global", "jsonata", "env"]) {
      const params = Object.fromEntries(
        ["lora", "controlNet.0", "ipAdapters.0.guideImages", "acceleratorOptions", "hiresFix", "inputs"].map((path) => [
          path,
          { type, value: "x" },
        ]),
      );
      assert.deepEqual(checkParams(facts, { ...params, "ipAdapters.0.model": params.lora }, false, t), []);
    }
  });

  it("does not miss in a list element what the whole list may bring", () => {
    const params = { lora: { type: "msg", value: "loras" }, "lora.0.weight": { type: "num", value: "0.5" } };
    assert.deepEqual(checkParams(facts, params, false, t), []);
  });

  it("refuses a text in the place of a list or an object", () => {
    const params = { lora: { type: "str", value: "civitai:1@2" }, "controlNet.0": { type: "num", value: "1" } };
    assert.deepEqual(checkParams(facts, params, false, t), [
      "checks.notContainer lora",
      "checks.notContainer controlNet 1",
    ]);
  });

  it("is absent from a node with nothing set", () => {
    assert.deepEqual(checkParams(facts, {}, false, t), []);
    assert.deepEqual(checkParams(facts, undefined, false, t), []);
  });
});

describe("a node that runs in one of two modes", () => {
  const all = nodeFacts(falSrpo);
  const textToImage = falSrpo.modes["text-to-image"].facts;
  const imageToImage = falSrpo.modes["image-to-image"].facts;
  const params = {
    image_size: { type: "str", value: "square_hd" },
    num_inference_steps: { type: "num", value: "5" },
    strength: { type: "num", value: "2" },
  };
  const checked = (facts: ModelFacts, saved: object): string[] => checkParams(facts, saved, false, t, all);

  it("is checked by the ranges of the mode that was chosen, and values of the other one are left in peace", () => {
    assert.deepEqual(checked(textToImage, params), []);
    assert.deepEqual(checked(imageToImage, params), [
      "checks.tooSmall num_inference_steps",
      "checks.tooLarge strength",
    ]);
  });

  it("takes in auto what one of the modes takes", () => {
    assert.deepEqual(checked(all, params), ["checks.tooLarge strength"]);
    assert.deepEqual(checked(all, { num_inference_steps: { type: "num", value: "51" } }), [
      "checks.tooLarge num_inference_steps",
    ]);
  });

  it("still knows no parameter that neither of them has", () => {
    for (const facts of [all, textToImage, imageToImage]) {
      assert.deepEqual(
        checked(facts, { lora: { type: "msg", value: "x" }, sync_mode: { type: "bool", value: "true" } }),
        ["checks.unknown lora", "checks.unknown sync_mode"],
      );
    }
  });

  it("has a size of the service's own or of its author's, not both", () => {
    const own = { "image_size.width": { type: "num", value: "640" } };
    assert.deepEqual(checked(textToImage, own), []);
    assert.deepEqual(checked(textToImage, { ...own, image_size: params.image_size }), ["checks.bothKinds image_size"]);
    assert.deepEqual(checked(textToImage, { image_size: { type: "msg", value: "size" } }), []);
    assert.deepEqual(checked(textToImage, { image_size: { type: "str", value: "640x480" } }), [
      "checks.notChoice image_size",
    ]);
  });

  it("takes any seed that keeps its digits on the way to fal", () => {
    const seed = (value: string) => checked(all, { seed: { type: "num", value } });
    for (const value of ["0", "-9007199254740991", "18446744073709551615"]) assert.deepEqual(seed(value), []);
    for (const value of ["18446744073709551616", "-9007199254740992", "1.5", "-"]) {
      assert.deepEqual(seed(value), ["checks.notSeed seed"]);
    }
  });

  it("takes no picture by an id, because fal has none", () => {
    const image = (value: string) => checked(imageToImage, { image_url: { type: "str", value } });
    assert.deepEqual(image("https://example.com/a.png"), []);
    assert.deepEqual(image("data:image/png;base64,iVBO"), []);
    assert.deepEqual(image("59a2edc2-45e6-429f-be5f-7ded59b92046"), ["checks.notImageFile image_url"]);
  });
});
