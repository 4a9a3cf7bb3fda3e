import assert from "node:assert/strict";
import { kontext } from "../../lib/models/kontext";
import { krea } from "../../lib/models/krea";
import { srpo } from "../../lib/models/srpo";
import { picture, png, prepare, refusal, refusedParameters } from "./support";

const controlNet = (more: object) => ({ controlNet: [{ model: "runware:25@1", guideImage: picture.url, ...more }] });
const cache = (acceleratorOptions: object) => ({ acceleratorOptions });
const pulid = (more: object) => ({ pulid: { images: [picture.url], ...more } });
const ace = (more: object) => ({ acePlusPlus: { images: [picture.url], ...more } });
const seedImage = { inputs: { seedImage: picture.url } };
const size = { width: 512, height: 512 };

describe("a rule that only the texts state", () => {
  for (const { rule, broken, at, kept } of [
    {
      rule: "a cache ends after its start",
      broken: cache({ cacheStartStep: 5, cacheEndStep: 5 }),
      at: "acceleratorOptions.cacheEndStep",
      kept: cache({ cacheStartStep: 5, cacheEndStep: 6 }),
    },
    {
      rule: "a cache ends within the steps",
      broken: { steps: 10, ...cache({ cacheEndStep: 11 }) },
      at: "acceleratorOptions.cacheEndStep",
      kept: { steps: 10, ...cache({ cacheEndStep: 10 }) },
    },
    {
      rule: "a cache ends after its start, in percent",
      broken: cache({ cacheStartStepPercentage: 50, cacheEndStepPercentage: 50 }),
      at: "acceleratorOptions.cacheEndStepPercentage",
      kept: cache({ cacheStartStepPercentage: 50, cacheEndStepPercentage: 51 }),
    },
    {
      rule: "a ControlNet ends after its start",
      broken: controlNet({ startStep: 9, endStep: 8 }),
      at: "controlNet[0].endStep",
      kept: controlNet({ startStep: 9, endStep: 10 }),
    },
    {
      rule: "a ControlNet ends within the steps",
      broken: { steps: 28, ...controlNet({ startStepPercentage: 10, endStep: 40 }) },
      at: "controlNet[0].endStep",
      kept: { ...controlNet({ startStepPercentage: 10, endStep: 40 }) },
    },
    {
      rule: "a ControlNet ends after its start, in percent",
      broken: controlNet({ startStepPercentage: 60, endStepPercentage: 20 }),
      at: "controlNet[0].endStepPercentage",
      kept: controlNet({ startStep: 60, endStepPercentage: 20 }),
    },
    {
      rule: "PuLID starts before the last step",
      broken: { steps: 4, ...pulid({ CFGstartStep: 4 }) },
      at: "pulid.CFGstartStep",
      kept: { steps: 4, ...pulid({ CFGstartStep: 3 }) },
    },
    {
      rule: "a local edit has a mask",
      broken: ace({ type: "local_editing" }),
      at: "acePlusPlus.masks",
      kept: ace({ type: "local_editing", masks: [picture.url] }),
    },
    {
      rule: "a portrait, which is the default, has no mask",
      broken: ace({ masks: [picture.url] }),
      at: "acePlusPlus.masks",
      kept: ace({}),
    },
    {
      rule: "a mask has a seed image",
      broken: { inputs: { maskImage: picture.url } },
      at: "inputs.maskImage",
      kept: { inputs: { maskImage: picture.url, seedImage: picture.url } },
    },
    {
      rule: "outpainting has a seed image",
      broken: { ...size, outpaint: { left: 16 } },
      at: "outpaint",
      kept: { ...size, ...seedImage, outpaint: { left: 16 } },
    },
    {
      rule: "outpainting leaves room for the seed image",
      broken: { ...size, ...seedImage, outpaint: { top: 256, bottom: 256 } },
      at: "outpaint",
      kept: { ...size, ...seedImage, outpaint: { top: 256, bottom: 255 } },
    },
    {
      rule: "transparency needs a format that has it",
      broken: { layerDiffuse: true },
      at: "outputFormat",
      kept: { layerDiffuse: true, outputFormat: "WEBP" },
    },
    {
      rule: "an upload is of one result",
      broken: { uploadEndpoint: "https://example.com/put", numberResults: 2 },
      at: "uploadEndpoint",
      kept: { uploadEndpoint: "https://example.com/put", numberResults: 1 },
    },
  ]) {
    it(`is kept: ${rule}`, () => {
      assert.deepEqual(refusedParameters(srpo, broken), [at]);
      assert.deepEqual(refusedParameters(krea, { ...size, ...broken }), [at]);
      prepare(srpo, kept);
    });
  }

  it("is kept: only addresses expire", () => {
    assert.deepEqual(refusedParameters(srpo, { ttl: 60 }, { output: "base64" }), ["ttl"]);
    prepare(srpo, { ttl: 60 }, { output: "buffer" });
  });

  it("is kept: outpainting has width and height", () => {
    assert.deepEqual(refusedParameters(srpo, { ...seedImage, outpaint: {} }), ["outpaint", "outpaint"]);
  });

  for (const { cause, flux, at } of [
    {
      cause: "outpainting with one half of a size",
      flux: { ...seedImage, width: 512, outpaint: { left: 16 } },
      at: ["height"],
    },
    {
      cause: "outpainting and a mask without seed image",
      flux: { ...size, outpaint: { left: 16 }, inputs: { maskImage: picture.url } },
      at: ["inputs.maskImage"],
    },
    {
      cause: "a mask whose seed image is none",
      flux: { inputs: { seedImage: Buffer.from("no picture at all"), maskImage: picture.url } },
      at: ["inputs.seedImage"],
    },
    { cause: "no PuLID at all", flux: { pulid: "on" }, at: ["pulid"] },
    { cause: "no accelerator options at all", flux: { acceleratorOptions: true }, at: ["acceleratorOptions"] },
  ]) {
    it(`is told once per cause: ${cause}`, () => {
      assert.deepEqual(refusedParameters(srpo, flux), at);
    });
  }

  it("names the element that breaks it", () => {
    const [first, second] = [controlNet({}), controlNet({ endStep: 40 })].map(({ controlNet: [element] }) => element);
    assert.equal(
      refusal(srpo, { steps: 28, controlNet: [first, second] }).message,
      "ControlNet 2 (controlNet[1].endStep) is 40, but this request has 28 steps. Use a value up to 28, or endStepPercentage. Nothing was sent.",
    );
  });
});

describe("an outpainted picture", () => {
  const outpaint = { left: 64, right: 64, top: 32 };
  const seed = png(384, 480);
  for (const { form, image } of [
    { form: "Buffer", image: seed },
    { form: "data URI", image: `data:image/png;base64,${seed.toString("base64")}` },
    { form: "base64", image: seed.toString("base64") },
    { form: "large Buffer", image: png(384, 480, 300_000) },
  ]) {
    it(`is as large as its seed image and the extensions together (${form})`, () => {
      prepare(srpo, { ...size, outpaint, inputs: { seedImage: image } });
      const { message, cause } = refusal(srpo, { width: 512, height: 528, outpaint, inputs: { seedImage: image } });
      assert.deepEqual(
        cause.violations.map(({ parameter }) => parameter),
        ["height"],
      );
      assert.match(message, /must be 512/);
    });
  }
});

describe("a warning, not an error,", () => {
  for (const { model, because, flux, quiet } of [
    {
      model: srpo,
      because: "negativePrompt has no effect",
      flux: { negativePrompt: "blurred", CFGScale: 1 },
      quiet: { negativePrompt: "blurred", CFGScale: 1.01 },
    },
    { model: srpo, because: "strength has no effect", flux: { strength: 0.5 }, quiet: { strength: 0.5, ...seedImage } },
    { model: srpo, because: "ACE++ for the model runware:102@1", flux: ace({}), quiet: {} },
    {
      model: srpo,
      because: "refuse the two together",
      flux: pulid({ trueCFGScale: 2, CFGstartStepPercentage: 3 }),
      quiet: pulid({ trueCFGScale: 2 }),
    },
    { model: srpo, because: "maskMargin has no effect", flux: { maskMargin: 32, ...seedImage }, quiet: {} },
    {
      model: srpo,
      because: "Stable Diffusion",
      flux: { ipAdapters: [{ model: "runware:55@4", guideImages: [picture.url] }] },
      quiet: { ipAdapters: [{ model: "runware:56@4", guideImages: [picture.url] }] },
    },
    {
      model: kontext,
      because: "inputs.referenceImages is not set",
      flux: {},
      quiet: { inputs: { referenceImages: [picture.url] } },
    },
    {
      model: kontext,
      because: "width is 1000",
      flux: { width: 1000, height: 1024, referenceImages: [picture.url] },
      quiet: { width: 1008, height: 1024, inputs: { referenceImages: [picture.url] } },
    },
  ]) {
    it(`is given when ${because}`, () => {
      assert.ok(prepare(model, flux).warnings.some((warning) => warning.includes(because)));
      assert.deepEqual(prepare(model, quiet).warnings, []);
    });
  }
});
