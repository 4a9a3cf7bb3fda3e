import assert from "node:assert/strict";
import { krea } from "../../lib/models/krea";
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
