import assert from "node:assert/strict";
import { kontext } from "../../lib/models/kontext";
import { krea } from "../../lib/models/krea";
import { exclusivePairs } from "../../lib/models/preparing/exclusive";
import { schema as kontextSchema } from "../../lib/models/runware-flux-kontext.schema";
import { schema as kreaSchema } from "../../lib/models/runware-flux-krea.schema";
import { schema as srpoSchema } from "../../lib/models/runware-flux-srpo.schema";
import { srpo } from "../../lib/models/srpo";
import { picture, prepare, refusal, refusedParameters } from "./support";

describe("a value typed into the dialog", () => {
  for (const { dialog, sent } of [
    { dialog: { steps: "28" }, sent: { steps: 28 } },
    { dialog: { CFGScale: " 7.5 " }, sent: { CFGScale: 7.5 } },
    { dialog: { strength: ".5" }, sent: { strength: 0.5 } },
    { dialog: { layerDiffuse: "false" }, sent: { layerDiffuse: false } },
    { dialog: { acceleratorOptions: { teaCache: "TRUE" } }, sent: { acceleratorOptions: { teaCache: true } } },
    { dialog: { seed: "9223372036854775807" }, sent: { seed: "9223372036854775807" } },
    { dialog: { seed: "0" }, sent: { seed: 0 } },
    { dialog: { hiresFix: "true" }, sent: { hiresFix: true } },
    {
      dialog: { hiresFix: { model: "runware:504@1", upscaleFactor: "4" } },
      sent: { hiresFix: { model: "runware:504@1", upscaleFactor: 4 } },
    },
    { dialog: { lora: [{ model: "a:b", weight: "0.8" }] }, sent: { lora: [{ model: "a:b", weight: 0.8 }] } },
    { dialog: { pulid: { images: picture.url } }, sent: { pulid: { images: [picture.url] } } },
    { dialog: { scheduler: "euler" }, sent: { scheduler: "Euler" } },
  ]) {
    it(`gets the type that the service takes: ${JSON.stringify(dialog)}`, () => {
      const { request } = prepare(srpo, {}, { dialog });
      for (const [name, value] of Object.entries(sent)) assert.deepEqual(request[name], value);
    });
  }

  it("counts as not set when it is empty, and so does an object without values", () => {
    const dialog = {
      steps: "",
      scheduler: "",
      ultralytics: { steps: "" },
      lora: [{ model: "" }],
      hiresFix: "false",
      seed: " ",
    };
    assert.deepEqual(prepare(srpo, {}, { dialog }).request, prepare(srpo, {}).request);
  });

  for (const steps of ["abc", "28.5", "0", "51", "0x1c", "1e9", "9".repeat(1000)]) {
    it(`is an error when it is nothing that the service takes: steps ${steps.slice(0, 20)}`, () => {
      assert.deepEqual(refusedParameters(srpo, {}, { dialog: { steps } }), ["steps"]);
    });
  }

  it("gives way to msg.flux, object by object; lists are replaced", () => {
    const dialog = {
      width: "512",
      height: "512",
      ultralytics: { steps: "10", strength: "0.5" },
      lora: [{ model: "a:b" }],
    };
    const { request } = prepare(krea, { height: 768, ultralytics: { steps: 5 }, lora: [{ model: "c:d" }] }, { dialog });
    assert.equal(request.width, 512);
    assert.equal(request.height, 768);
    assert.deepEqual(request.ultralytics, { steps: 5, strength: 0.5 });
    assert.deepEqual(request.lora, [{ model: "c:d" }]);
  });
});

describe("a step in the dialog, and the same as a percentage in msg.flux,", () => {
  for (const { dialog, flux, sent } of [
    {
      dialog: { acceleratorOptions: { cacheStartStep: "3", cacheEndStep: "20", fbCache: "true" } },
      flux: { acceleratorOptions: { cacheStartStepPercentage: 10 } },
      sent: { acceleratorOptions: { cacheStartStepPercentage: 10, cacheEndStep: 20, fbCache: true } },
    },
    {
      dialog: { acceleratorOptions: { cacheEndStepPercentage: "90" } },
      flux: { acceleratorOptions: { cacheEndStep: 5 } },
      sent: { acceleratorOptions: { cacheEndStep: 5 } },
    },
    {
      dialog: { pulid: { images: [picture.url], CFGstartStep: "2" } },
      flux: { puLID: { CFGStartStepPercentage: 5 } },
      sent: { pulid: { images: [picture.url], CFGstartStepPercentage: 5 } },
    },
    {
      dialog: { controlNet: [{ model: "a:b", guideImage: picture.url, startStep: "1" }] },
      flux: { controlNet: [{ model: "c:d", guideImage: picture.url, startStepPercentage: 1 }] },
      sent: { controlNet: [{ model: "c:d", guideImage: picture.url, startStepPercentage: 1 }] },
    },
  ]) {
    it(`do not meet: the message wins (${JSON.stringify(flux).slice(0, 60)})`, () => {
      const { request } = prepare(srpo, flux, { dialog });
      for (const [name, value] of Object.entries(sent)) assert.deepEqual(request[name], value);
    });
  }

  it("exclude each other where both come from the same source", () => {
    const acceleratorOptions = { cacheStartStep: 3, cacheStartStepPercentage: 10 };
    for (const [dialog, flux] of [
      [{ acceleratorOptions }, {}],
      [{ acceleratorOptions }, { acceleratorOptions: { fbCache: true } }],
      [{}, { acceleratorOptions }],
      [{ acceleratorOptions: { cacheStartStep: 4 } }, { acceleratorOptions }],
    ]) {
      assert.deepEqual(refusedParameters(srpo, flux, { dialog }), ["acceleratorOptions.cacheStartStep"]);
    }
    const controlNet = [{ model: "c:d", guideImage: picture.url, startStep: 1, startStepPercentage: 1 }];
    assert.deepEqual(refusedParameters(srpo, { controlNet }), ["controlNet[0].startStep"]);
  });

  it("are every pair that a model's schema holds", () => {
    for (const { model, schema } of [
      { model: srpo, schema: srpoSchema },
      { model: krea, schema: kreaSchema },
      { model: kontext, schema: kontextSchema },
    ]) {
      const pairs = Object.entries(schema.properties).flatMap(([name, { allOf = [] }]) =>
        allOf.map(({ not }) => not?.required?.map((member) => `${name}.${member}`)),
      );
      assert.ok(pairs.length > 0);
      assert.deepEqual(exclusivePairs(model).sort(), pairs.sort());
    }
  });
});

describe("a value in a message", () => {
  it("is not given another type: its author wants to hear of the mistake", () => {
    const parameters = refusedParameters(srpo, {
      steps: "28",
      layerDiffuse: "true",
      CFGScale: "",
      lora: [{ model: "a:b", weight: "1" }],
    });
    assert.deepEqual(parameters.sort(), ["CFGScale", "layerDiffuse", "lora[0].weight", "steps"]);
    assert.match(refusal(srpo, { steps: "28" }).message, /^steps is "28", but must be a whole number from 1 to 50/);
  });
});

describe("a model without a size of its own", () => {
  it("asks for width and height", () => {
    assert.deepEqual(refusedParameters(krea, {}), ["width", "height"]);
    assert.match(refusal(krea, {}).message, /width is missing: FLUX\.1 Krea \[dev\] needs it \(a multiple of 16/);
  });
});
