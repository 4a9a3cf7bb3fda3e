import assert from "node:assert/strict";
import { falSrpo } from "../../lib/models/fal-srpo";
import { kontext } from "../../lib/models/kontext";
import { srpo } from "../../lib/models/srpo";
import { imageFrom, picture, refusal } from "./support";

describe("a parameter as another provider calls it", () => {
  for (const { flux, says } of [
    { flux: { positivePrompt: "a fox" }, says: "fal calls it prompt" },
    { flux: { CFGScale: 7 }, says: "fal calls it guidance_scale" },
    { flux: { steps: 28 }, says: "fal calls it num_inference_steps" },
    { flux: { width: 512 }, says: "fal calls it image_size.width" },
    { flux: { height: 512 }, says: "fal calls it image_size.height" },
    { flux: { numberResults: 2 }, says: "fal calls it num_images" },
    { flux: { outputFormat: "PNG" }, says: "fal calls it output_format" },
    { flux: { inputs: { seedImage: picture.url } }, says: "fal calls inputs.seedImage image_url" },
    { flux: { seedImage: picture.url }, says: "fal calls it image_url" },
    { flux: { safety: { checkContent: true } }, says: "fal calls safety.checkContent enable_safety_checker" },
    {
      flux: { scheduler: "Euler" },
      says: "Runware's FLUX.1 [dev] SRPO, FLUX.1 Krea [dev] and FLUX.1 Kontext [dev] have it",
    },
  ]) {
    it(`is refused at fal with the name that it has there: ${Object.keys(flux)}`, () => {
      const [name] = Object.keys(flux);
      const { message } = refusal(falSrpo, flux);
      assert.equal(message, `FLUX.1 SRPO [dev] at fal has no ${name} (set in msg.flux); ${says}. Nothing was sent.`);
    });
  }

  for (const { flux, says } of [
    { flux: { prompt: "a fox" }, says: "Runware calls it positivePrompt" },
    { flux: { guidance_scale: 4.5 }, says: "Runware calls it CFGScale" },
    { flux: { num_inference_steps: 28 }, says: "Runware calls it steps" },
    { flux: { image_size: "square" }, says: "Runware calls it width and height" },
    { flux: { num_images: 2 }, says: "Runware calls it numberResults" },
    { flux: { output_format: "png" }, says: "Runware calls it outputFormat" },
    { flux: { image_url: picture.url }, says: "Runware calls it inputs.seedImage" },
    { flux: { enable_safety_checker: true }, says: "Runware calls it safety.checkContent" },
    { flux: { acceleration: "high" }, says: "fal's FLUX.1 SRPO [dev] has it" },
  ]) {
    it(`is refused at Runware with the name that it has there: ${Object.keys(flux)}`, () => {
      const [name] = Object.keys(flux);
      const { message } = refusal(srpo, flux);
      assert.equal(message, `FLUX.1 [dev] SRPO has no ${name} (set in msg.flux); ${says}. Nothing was sent.`);
    });
  }

  for (const { flux, says } of [
    { flux: { loras: [] }, says: "" },
    {
      flux: { model: "runware:111@1" },
      says: ": the mode of the node decides which endpoint of fal's runs. Leave it out",
    },
    {
      flux: { taskType: "imageInference" },
      says: ": the mode of the node decides what a job does; taskType is Runware's. Leave it out",
    },
    { flux: { taskUUID: "x" }, says: ": fal gives each job an id of its own; taskUUID is Runware's. Leave it out" },
    { flux: { input: { num_images: 2 } }, says: ": give the members of input as msg.flux itself" },
    { flux: { arguments: { num_images: 2 } }, says: ": give the members of arguments as msg.flux itself" },
    { flux: { input: "a fox" }, says: "" },
  ]) {
    it(`is refused at fal with what to do about it: ${JSON.stringify(flux)}`, () => {
      const [name] = Object.keys(flux);
      for (const more of [{}, { mode: "image-to-image", ...imageFrom(picture.url) }] as const) {
        const { message } = refusal(falSrpo, flux, more);
        assert.equal(message, `FLUX.1 SRPO [dev] at fal has no ${name} (set in msg.flux)${says}. Nothing was sent.`);
      }
    });
  }

  it("is named as this very model has it", () => {
    assert.match(refusal(kontext, { image_url: picture.url }).message, /Runware calls it inputs\.referenceImages/);
  });

  it("in the dialog is no matter of msg.flux", () => {
    const { message } = refusal(falSrpo, {}, { dialog: { steps: "28" } });
    assert.equal(message, "FLUX.1 SRPO [dev] at fal has no steps; fal calls it num_inference_steps. Nothing was sent.");
  });
});
