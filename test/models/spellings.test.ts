import assert from "node:assert/strict";
import { kontext } from "../../lib/models/kontext";
import { krea } from "../../lib/models/krea";
import { srpo } from "../../lib/models/srpo";
import { picture, prepare, refusal, refusedParameters } from "./support";
import { aceEditing, fragments, kontextTasks } from "./vendor-examples";

const size = { width: 1024, height: 1024 };

describe("an example pasted from Runware's pages", () => {
  for (const task of kontextTasks) {
    it(`works as a message (${task.positivePrompt})`, () => {
      const { request, warnings } = prepare(kontext, task);
      assert.deepEqual(request.inputs, { referenceImages: task.referenceImages });
      assert.equal(request.positivePrompt, task.positivePrompt);
      assert.ok(!("taskUUID" in request) && !("referenceImages" in request));
      assert.ok(warnings.some((warning) => warning.includes("inputs.referenceImages")));
    });
  }

  for (const [name, fragment] of Object.entries(fragments)) {
    for (const model of [srpo, krea]) {
      it(`works in a request to ${model.title} (${name})`, () => {
        prepare(model, { ...size, ...fragment });
      });
    }
  }

  for (const model of [srpo, krea]) {
    it(`with referenceImages is an error that says that ${model.title} has none`, () => {
      const error = refusal(model, { ...size, ...aceEditing });
      assert.deepEqual(
        error.cause.violations.map(({ parameter }) => parameter),
        ["referenceImages"],
      );
      assert.ok(error.message.startsWith(`${model.title} has no referenceImages`));
    });
  }

  it("is sent in the spelling of the service's schema, and warns with it", () => {
    const { request, warnings } = prepare(srpo, {
      ...fragments.PuLID,
      ...fragments.layerDiffuse,
      scheduler: "default",
    });
    assert.deepEqual(request.pulid, {
      images: ["59a2edc2-45e6-429f-be5f-7ded59b92046"],
      idWeight: 1,
      trueCFGScale: 1.5,
      CFGstartStep: 3,
    });
    assert.equal(request.layerDiffuse, true);
    assert.equal(request.outputFormat, "PNG");
    assert.equal(request.scheduler, "Default");
    assert.ok(!("puLID" in request) && !("advancedFeatures" in request));
    for (const spelling of ["pulid", "pulid.CFGstartStep", "layerDiffuse", '"PNG"', '"Default"']) {
      assert.ok(
        warnings.some((warning) => warning.includes(`taken as ${spelling}`)),
        spelling,
      );
    }
  });
});

describe("an alternative spelling", () => {
  const images = [picture.uuid];
  for (const { written, sent } of [
    { written: { puLID: { inputImages: images } }, sent: { pulid: { images } } },
    { written: { pulid: { images, CFGStartStep: 2 } }, sent: { pulid: { images, CFGstartStep: 2 } } },
    {
      written: { pulid: { images, CFGStartStepPercentage: 2 } },
      sent: { pulid: { images, CFGstartStepPercentage: 2 } },
    },
    { written: { advancedFeatures: { hiresFix: true } }, sent: { hiresFix: true } },
    { written: { seedImage: picture.url }, sent: { inputs: { seedImage: picture.url } } },
    {
      written: { seedImage: picture.url, maskImage: picture.uuid },
      sent: { inputs: { seedImage: picture.url, maskImage: picture.uuid } },
    },
    { written: { acceleratorOptions: { fbcache: true } }, sent: { acceleratorOptions: { fbCache: true } } },
    { written: { outputFormat: "webp" }, sent: { outputFormat: "WEBP" } },
    { written: { scheduler: "dpm++ 2m karras" }, sent: { scheduler: "DPM++ 2M Karras" } },
    {
      written: { acePlusPlus: { type: "local_editing", inputImages: images, inputMasks: images } },
      sent: { acePlusPlus: { type: "local_editing", images, masks: images } },
    },
    {
      written: { ipAdapters: [{ model: "runware:56@1", guideImage: picture.url }] },
      sent: { ipAdapters: [{ model: "runware:56@1", guideImages: [picture.url] }] },
    },
  ]) {
    it(`is sent as the schema has it: ${JSON.stringify(written)}`, () => {
      const { request, warnings } = prepare(srpo, written);
      for (const [name, value] of Object.entries(sent)) assert.deepEqual(request[name], value);
      assert.ok(warnings.some((warning) => warning.includes("is how the service's schema spells it")));
    });
  }

  it("beside the schema's with another value is an error", () => {
    assert.deepEqual(refusedParameters(srpo, { seedImage: picture.url, inputs: { seedImage: picture.uuid } }), [
      "inputs.seedImage",
    ]);
  });

  it("beside the schema's with the same value is only worth a warning", () => {
    const { request, warnings } = prepare(srpo, { seedImage: picture.url, inputs: { seedImage: picture.url } });
    assert.deepEqual(request.inputs, { seedImage: picture.url });
    assert.equal(warnings.length, 1);
  });

  it("of something that the model does not have is an error all the same", () => {
    assert.deepEqual(refusedParameters(kontext, { puLID: { images } }), ["puLID"]);
    assert.deepEqual(refusedParameters(kontext, { seedImage: picture.url }), ["seedImage"]);
  });

  it("leaves the rest of advancedFeatures to be named as unknown", () => {
    assert.deepEqual(refusedParameters(srpo, { advancedFeatures: { hiresFix: true, other: 1 } }), ["advancedFeatures"]);
  });
});

describe("what the node owns", () => {
  it("is dropped, overridden with a warning, or an error when it asks for something else", () => {
    const own = { taskType: "imageInference", taskUUID: "not even one", model: "runware:111@1", outputType: "URL" };
    const { request, warnings } = prepare(srpo, own);
    assert.deepEqual(warnings, []);
    assert.ok(!("taskUUID" in request) && !("taskType" in request));
    assert.equal(request.model, "runware:111@1");

    const overridden = prepare(srpo, { outputType: "dataURI" });
    assert.equal(overridden.request.outputType, "URL");
    assert.equal(overridden.warnings.length, 1);

    assert.deepEqual(refusedParameters(srpo, { taskType: "videoInference" }), ["taskType"]);
    assert.deepEqual(refusedParameters(srpo, { model: "runware:106@1" }), ["model"]);
    assert.deepEqual(refusedParameters(srpo, { outputType: "file" }), ["outputType"]);
    assert.deepEqual(refusedParameters(srpo, { apiKey: "abc" }), ["apiKey"]);
  });

  it("is an output type that suits the form of the result", () => {
    const outputType = (output: "url" | "buffer" | "base64" | "dataURI", flux = {}) =>
      prepare(srpo, flux, { output }).request.outputType;
    assert.equal(outputType("url"), "URL");
    assert.equal(outputType("base64"), "base64Data");
    assert.equal(outputType("dataURI"), "dataURI");
    assert.equal(outputType("buffer"), "URL");
    assert.equal(outputType("buffer", { deliveryMethod: "sync" }), "base64Data");
    assert.equal(outputType("buffer", { deliveryMethod: "sync", ttl: 60 }), "URL");
  });

  it("asks for costs and asynchronous delivery, unless the author does not want that", () => {
    const { request } = prepare(srpo, {});
    assert.equal(request.includeCost, true);
    assert.equal(request.deliveryMethod, "async");
    const asked = prepare(srpo, { includeCost: false, deliveryMethod: "sync" }).request;
    assert.equal(asked.includeCost, false);
    assert.equal(asked.deliveryMethod, "sync");
  });
});
