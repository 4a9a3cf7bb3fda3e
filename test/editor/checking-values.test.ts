import assert from "node:assert/strict";
import { compositionProblems } from "../../editor/checking/composition-problems";
import { inferenceProblems } from "../../editor/checking/inference-problems";
import type { Problem } from "../../editor/checking/problem";
import { readParams } from "../../editor/params";
import { fluxControlnet, fluxIdentity, fluxLora } from "../../lib/models/composition/catalogue";
import type { Composition } from "../../lib/models/composition/composition";
import { falSrpo } from "../../lib/models/fal-srpo";
import { kontext } from "../../lib/models/kontext";
import { krea } from "../../lib/models/krea";
import type { NodeModel } from "../../lib/models/model";
import { preprocess } from "../../lib/models/preprocess";
import { srpo } from "../../lib/models/srpo";

type Params = Record<string, { type: string; value: string }>;

const brief = (level: Problem["level"], problems: readonly Problem[]): string[] =>
  problems.filter((problem) => problem.level === level).map(({ key, path }) => `${key.replace("checks.", "")} ${path}`);

const all = (model: NodeModel, params: Params, settings: Record<string, unknown> = {}): Problem[] =>
  inferenceProblems(model, readParams(params), (property) => settings[property]);
const errors = (model: NodeModel, params: Params, settings?: Record<string, unknown>): string[] =>
  brief("error", all(model, params, settings));
const notes = (model: NodeModel, params: Params, settings?: Record<string, unknown>): string[] =>
  brief("warning", all(model, params, settings));
const composed = (composition: Composition, params: Params, settings: Record<string, unknown> = {}): string[] =>
  compositionProblems(composition, readParams(params), (property) => settings[property]).map(
    ({ key, path }) => `${key.replace("checks.", "")} ${path}`,
  );

/** What is said of one value. */
const check = (path: string, value: string, type = "str"): string | undefined =>
  errors(srpo, { [path]: { type, value } })[0]?.split(" ")[0];

const num = (value: string) => ({ type: "num", value });
const str = (value: string) => ({ type: "str", value });
const msg = (value: string) => ({ type: "msg", value });

describe("a value typed into a dialog", () => {
  it("is right within the published range and wrong outside of it", () => {
    assert.equal(check("steps", "28", "num"), undefined);
    assert.equal(check("steps", "0", "num"), "tooSmall");
    assert.equal(check("steps", "51", "num"), "tooLarge");
    assert.equal(check("steps", "28.5", "num"), "notWhole");
    assert.equal(check("steps", "abc", "num"), "notNumber");
    assert.equal(check("width", "1000", "num"), "offStep");
    assert.equal(check("scheduler", "Euler"), undefined);
    assert.equal(check("scheduler", "Eulerx"), "notChoice");
    assert.equal(check("negativePrompt", "x"), "tooShort");
    assert.equal(check("layerDiffuse", "yes", "bool"), "notBoolean");
    assert.equal(check("uploadEndpoint", "ftp://example.com"), "notUrl");
  });

  it("is said with the bound that it misses", () => {
    const [problem] = all(srpo, { steps: num("51") });
    assert.deepEqual(problem, { path: "steps", level: "error", key: "checks.tooLarge", values: { maximum: 50 } });
  });

  it("may be any two-digit guidance from 0.00 to 20.00, but none with three digits", () => {
    for (let hundredths = 0; hundredths <= 2000; hundredths += 7) {
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

  it("is no prompt when it is a picture", () => {
    assert.equal(check("negativePrompt", "https://example.com/cat.png"), "pictureAsPrompt");
    assert.equal(check("negativePrompt", "x".repeat(3001)), "tooLong");
  });

  it("is no model when the service could not read it as one", () => {
    const model = (text: string) => errors(srpo, { "lora.0.model": str(text) });
    for (const text of ["civitai:102@3", "runware:25@1", "my-lora", "runware:esrgan@ultrasharp", " civitai:102@3 "]) {
      assert.deepEqual(model(text), []);
    }
    for (const text of ["my lora", "civitai: 102@3", "https://civitai.com/models/102?version=3"]) {
      assert.deepEqual(model(text), ["notModel lora.0.model"]);
    }
  });

  it("passes when it is a variable, or comes from elsewhere", () => {
    assert.equal(check("steps", "${FLUX_STEPS}", "num"), undefined);
    assert.equal(check("steps", "payload.steps", "msg"), undefined);
    assert.equal(check("scheduler", "$uppercase(x)", "jsonata"), undefined);
    assert.equal(check("steps", "", "msg"), "nowhere");
    assert.equal(check("lora", "[", "json"), "notJson");
  });
});

describe("what is wrong in a dialog", () => {
  it("is told where the dialog has it, empty elements of lists included", () => {
    const params = { "lora.1.weight": num("5"), "lora.1.model": str("civitai:1@2"), novelty: num("1") };
    assert.deepEqual(errors(srpo, params), ["tooLarge lora.1.weight", "unknown novelty"]);
    assert.deepEqual(errors(srpo, params, { allowUnknown: true }), ["tooLarge lora.1.weight"]);
    assert.deepEqual(errors(srpo, params, { allowUnknown: "${ANY}" }), ["tooLarge lora.1.weight"]);
  });

  it("is what a list element cannot do without", () => {
    assert.deepEqual(errors(srpo, { "controlNet.0.model": str("runware:25@1") }), ["missing controlNet.0.guideImage"]);
    const model = { "ipAdapters.0.model": str("runware:56@1") };
    assert.deepEqual(errors(srpo, model), ["missing ipAdapters.0.guideImages"]);
    for (const path of ["ipAdapters.0.guideImages", "ipAdapters.0.guideImages.0"]) {
      assert.deepEqual(errors(srpo, { ...model, [path]: msg("x") }), []);
    }
  });

  it("is no error where a message may bring what is missing", () => {
    assert.deepEqual(all(srpo, { "pulid.idWeight": num("1") }), [
      { path: "pulid.images", level: "warning", key: "checks.missingHere" },
    ]);
    assert.deepEqual(notes(krea, {}), ["missingHere width", "missingHere height"]);
    assert.deepEqual(all(srpo, { width: num("512") }), [
      { path: "height", level: "warning", key: "checks.missingBeside", others: { other: "width" } },
    ]);
    assert.deepEqual(notes(srpo, { "inputs.maskImage": str("https://example.com/m.png") }), [
      "rules.maskNeedsPicture inputs.maskImage",
    ]);
    assert.deepEqual(notes(srpo, { layerDiffuse: { type: "bool", value: "true" } }), [
      "rules.noTransparency outputFormat",
    ]);
  });

  it("is not what another setting brings", () => {
    const imageFrom = msg("image");
    assert.deepEqual(all(srpo, { "inputs.maskImage": str("https://example.com/m.png") }, { imageFrom }), []);
    assert.deepEqual(all(srpo, { strength: num("0.5") }, { imageFrom }), []);
    assert.deepEqual(all(kontext, {}, { imageFrom }), []);
    assert.deepEqual(all(preprocess, {}, { imageFrom }), []);
  });

  it("is a prompt or a picture that is written into a source", () => {
    assert.deepEqual(errors(srpo, {}, { promptFrom: str("x") }), ["tooShort positivePrompt"]);
    assert.deepEqual(errors(srpo, {}, { imageFrom: str("cat.png") }), ["notImage inputs.seedImage"]);
    assert.deepEqual(errors(srpo, {}, { promptFrom: str("a cat"), imageFrom: str("https://example.com/a.png") }), []);
  });

  it("is a step that is given as a percentage too", () => {
    const params = {
      "controlNet.0": msg("net"),
      "controlNet.0.endStep": num("10"),
      "controlNet.0.endStepPercentage": num("50"),
      "acceleratorOptions.cacheStartStep": num("1"),
    };
    assert.deepEqual(errors(srpo, params), ["bothUnits controlNet.0.endStep"]);
    assert.deepEqual(errors(srpo, { ...params, "controlNet.0.endStep": msg("end") }), []);
  });

  it("is an end that does not come after its start, where both are written here in the same unit", () => {
    const reasons = (ends: Record<string, string>, type = "num"): string[] => {
      const values = Object.entries(ends).map(([path, value]) => [path, { type, value }]);
      return errors(srpo, { "controlNet.0": msg("net"), ...Object.fromEntries(values) });
    };
    const [start, end] = ["controlNet.0.startStepPercentage", "controlNet.0.endStepPercentage"];
    assert.deepEqual(reasons({ [start]: "80", [end]: "20" }), [`rules.notAfter ${end}`]);
    assert.deepEqual(reasons({ "acceleratorOptions.cacheStartStep": "9", "acceleratorOptions.cacheEndStep": "4" }), [
      "rules.notAfter acceleratorOptions.cacheEndStep",
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

  it("is told with the names of what it goes by", () => {
    assert.deepEqual(all(srpo, { steps: num("10"), "acceleratorOptions.cacheEndStep": num("20") }), [
      {
        path: "acceleratorOptions.cacheEndStep",
        level: "error",
        key: "rules.beyondSteps",
        values: { steps: 10 },
        others: { all: "steps" },
      },
    ]);
  });

  it("is only worth a note where one of two forms takes the other's place", () => {
    const params = { hiresFix: { type: "bool", value: "true" }, "hiresFix.model": str("runware:504@1") };
    assert.deepEqual(errors(srpo, params), []);
    assert.deepEqual(notes(srpo, params), ["bothForms hiresFix"]);
  });

  it("is nothing when a whole list or object comes from somewhere", () => {
    for (const type of ["msg", "flow", "global", "jsonata", "env"]) {
      const params = Object.fromEntries(
        ["lora", "controlNet.0", "ipAdapters.0.guideImages", "acceleratorOptions", "hiresFix", "inputs", "pulid"].map(
          (path) => [path, { type, value: "x" }],
        ),
      );
      assert.deepEqual(all(srpo, { ...params, "ipAdapters.0.model": str("runware:56@1") }), []);
    }
    assert.deepEqual(errors(srpo, { lora: msg("loras"), "lora.0.weight": num("0.5") }), []);
    assert.deepEqual(errors(srpo, { lora: msg("loras"), "lora.0.weight": num("50") }), ["tooLarge lora.0.weight"]);
  });

  it("is a text in the place of a list or an object", () => {
    const params = { lora: str("civitai:1@2"), "controlNet.0": num("1") };
    assert.deepEqual(errors(srpo, params), ["notContainer controlNet.0", "notContainer lora.0"].reverse());
  });

  it("is found inside what was written as JSON, and shown there", () => {
    const json = { type: "json", value: '[{"model":"civitai:1@2","weight":9}]' };
    assert.deepEqual(all(srpo, { lora: json }), [
      { path: "lora.0.weight", at: "lora", level: "error", key: "checks.tooLarge", values: { maximum: 4 } },
    ]);
  });

  it("is nothing in a node with nothing set", () => {
    assert.deepEqual(all(srpo, {}), []);
  });

  it("goes by the form of the result", () => {
    assert.deepEqual(errors(srpo, { ttl: num("60") }, { output: "base64" }), ["rules.lifeWithoutUrl ttl"]);
    assert.deepEqual(errors(srpo, { ttl: num("60") }, { output: "buffer" }), []);
  });
});

describe("a value that has no effect", () => {
  it("is worth a note, and no error", () => {
    assert.deepEqual(all(srpo, { strength: num("0.5") }), [
      {
        path: "strength",
        level: "warning",
        key: "rules.noEffectWithout",
        others: { other: "inputs.seedImage" },
      },
    ]);
    assert.deepEqual(notes(srpo, { CFGScale: num("1"), negativePrompt: str("a dog") }), [
      "rules.negativePromptIgnored negativePrompt",
    ]);
    assert.deepEqual(notes(srpo, { CFGScale: msg("scale"), negativePrompt: str("a dog") }), []);
  });
});

describe("a node that runs in one of two modes", () => {
  const params = { image_size: str("square_hd"), num_inference_steps: num("5"), strength: num("2") };
  const textToImage = { mode: "text-to-image" };
  const imageToImage = { mode: "image-to-image", imageFrom: msg("payload") };

  it("is checked by the ranges of the mode that was chosen, and values of the other one are left in peace", () => {
    assert.deepEqual(all(falSrpo, params, textToImage), []);
    assert.deepEqual(errors(falSrpo, params, imageToImage), ["tooLarge strength", "tooSmall num_inference_steps"]);
  });

  it("takes in auto what one of the modes takes", () => {
    assert.deepEqual(errors(falSrpo, params), ["tooLarge strength"]);
    assert.deepEqual(errors(falSrpo, { num_inference_steps: num("51") }), ["tooLarge num_inference_steps"]);
  });

  it("still knows no parameter that neither of them has", () => {
    for (const settings of [{}, textToImage, imageToImage]) {
      assert.deepEqual(errors(falSrpo, { lora: msg("x"), stepz: num("1") }, settings), [
        "unknown lora",
        "unknown stepz",
      ]);
    }
  });

  it("has a size of the service's own or of its author's", () => {
    const own = { "image_size.width": num("640"), "image_size.height": num("640") };
    assert.deepEqual(all(falSrpo, own, textToImage), []);
    assert.deepEqual(notes(falSrpo, { ...own, image_size: params.image_size }, textToImage), ["bothKinds image_size"]);
    assert.deepEqual(all(falSrpo, { image_size: msg("size") }, textToImage), []);
    assert.deepEqual(errors(falSrpo, { image_size: str("640x480") }, textToImage), ["notChoice image_size"]);
    assert.deepEqual(notes(falSrpo, { "image_size.width": num("640") }), ["rules.sideLeftOut image_size.height"]);
  });

  it("takes any seed that keeps its digits on the way to fal", () => {
    const seed = (value: string) => errors(falSrpo, { seed: num(value) });
    for (const value of ["0", "-9007199254740991", "18446744073709551615"]) assert.deepEqual(seed(value), []);
    for (const value of ["18446744073709551616", "-9007199254740992", "1.5", "-"]) {
      assert.deepEqual(seed(value), ["notSeed seed"]);
    }
  });

  it("takes no picture by an id, because fal has none", () => {
    const image = (value: string) => errors(falSrpo, { image_url: str(value) }, { mode: "image-to-image" });
    assert.deepEqual(image("https://example.com/a.png"), []);
    assert.deepEqual(image("data:image/png;base64,iVBO"), []);
    assert.deepEqual(image("59a2edc2-45e6-429f-be5f-7ded59b92046"), ["notImageFile image_url"]);
  });
});

describe("a composition node", () => {
  it("has something set, unless it clears", () => {
    assert.deepEqual(composed(fluxLora, {}), ["noEntries lora"]);
    assert.deepEqual(composed(fluxLora, {}, { mode: "clear" }), []);
  });

  it("is held to the ranges of what it sets, and to what its entries need", () => {
    assert.deepEqual(composed(fluxLora, { "lora.0.weight": num("5") }), [
      "missing lora.0.model",
      "tooLarge lora.0.weight",
    ]);
    assert.deepEqual(
      composed(fluxControlnet, {
        "controlNet.0.model": str("runware:25@1"),
        "controlNet.0.guideImage": msg("guideImage"),
        "controlNet.0.startStep": num("9"),
        "controlNet.0.endStep": num("4"),
      }),
      ["rules.notAfter controlNet.0.endStep"],
    );
  });

  it("leaves what an object needs to the message, unless nothing is added to it later on", () => {
    const params = { "pulid.idWeight": num("1") };
    assert.deepEqual(composed(fluxIdentity, params), []);
    assert.deepEqual(composed(fluxIdentity, params, { mode: "replace" }), ["missing pulid.images"]);
    const masks = { "acePlusPlus.masks.0": msg("mask"), "acePlusPlus.images.0": msg("image") };
    const ace = (more: Params, mode: string) =>
      composed(fluxIdentity, { ...masks, ...more }, { mode, method: "acePlusPlus" }).filter((text) =>
        /mask/.test(text),
      );
    assert.deepEqual(ace({}, "add"), []);
    assert.deepEqual(ace({ "acePlusPlus.masks.0": str("https://example.com/m.png") }, "replace"), [
      "rules.maskNeedless acePlusPlus.masks",
    ]);
    assert.deepEqual(ace({ "acePlusPlus.masks.0": str("https://example.com/m.png") }, "add"), []);
  });
});
