import assert from "node:assert/strict";
import { modelById } from "../../lib/models/catalogue";
import { falSrpo } from "../../lib/models/fal-srpo";
import type { RequestInput } from "../../lib/models/request";
import { srpo } from "../../lib/models/srpo";
import { falExamples } from "./fal-examples";
import { imageFrom, picture, png, prepare, refusal, refusedParameters } from "./support";

const TEXT = "fal-ai/flux/srpo";
const IMAGE = "fal-ai/flux/srpo/image-to-image";

const endpointOf = (flux: unknown, more: Partial<RequestInput> = {}): string => prepare(falSrpo, flux, more).model.id;
const saysOf = (flux: unknown, more: Partial<RequestInput> = {}): string => refusal(falSrpo, flux, more).message;

describe("a request to fal's FLUX.1 SRPO", () => {
  for (const [mode, example] of Object.entries(falExamples)) {
    it(`may be the example of fal's pages, which goes out as it is (${mode})`, () => {
      const { request, model, warnings } = prepare(falSrpo, example, { prompt: undefined });
      assert.equal(model.mode, mode);
      assert.deepEqual(request, example);
      assert.deepEqual(warnings, []);
    });
  }

  it("names nothing but parameters of the endpoint: the address names the rest", () => {
    assert.deepEqual(prepare(falSrpo, {}).request, { prompt: "a lighthouse at dusk", sync_mode: false });
  });

  it("is for an endpoint that fal knows by its id", () => {
    for (const id of [TEXT, IMAGE]) assert.equal(modelById(id)?.id, id);
  });

  it("says how many pictures are expected", () => {
    assert.equal(prepare(falSrpo, {}).expected, 1);
    assert.equal(prepare(falSrpo, { num_images: 4 }).expected, 4);
    assert.equal(prepare(falSrpo, {}, { dialog: { num_images: "3" } }).expected, 3);
  });
});

describe("the mode auto", () => {
  it("is image to image exactly when an image is given, wherever that is", () => {
    for (const mode of [undefined, "auto"] as const) {
      const more = mode && { mode };
      assert.equal(endpointOf({}, more), TEXT);
      assert.equal(endpointOf({ image_url: picture.url }, more), IMAGE);
      assert.equal(endpointOf({}, { ...more, ...imageFrom(picture.url) }), IMAGE);
      assert.equal(endpointOf({}, { ...more, ...imageFrom(png(8, 8)) }), IMAGE);
      assert.equal(endpointOf({}, { ...more, dialog: { image_url: picture.url } }), IMAGE);
    }
  });

  it("is text to image when the image is null, or its source holds nothing", () => {
    assert.equal(endpointOf({ image_url: null }), TEXT);
    for (const nothing of [undefined, null, ""]) {
      assert.equal(endpointOf({}, imageFrom(nothing)), TEXT);
      assert.equal(endpointOf({}, { ...imageFrom(nothing), dialog: { image_url: " " } }), TEXT);
    }
  });

  it("takes the dialog's picture where the message brings none", () => {
    const dialog = { image_url: picture.url };
    const { model, request } = prepare(falSrpo, { image_url: null }, { ...imageFrom(undefined), dialog });
    assert.deepEqual([model.id, request.image_url], [IMAGE, picture.url]);
  });

  it("takes the picture of msg.flux before the one that the dialog points at", () => {
    const { request } = prepare(falSrpo, { image_url: picture.url }, imageFrom("https://example.com/other.png"));
    assert.equal(request.image_url, picture.url);
  });

  it("refuses what is given as an image and is none, instead of making a picture without it", () => {
    for (const value of ["hello world", 42, {}, [], [picture.url], Buffer.from("no picture at all"), false]) {
      assert.match(saysOf({}, imageFrom(value)), /^Image from \(msg\.image\)/);
      assert.deepEqual(refusedParameters(falSrpo, { image_url: value }), ["image_url"]);
    }
    assert.deepEqual(refusedParameters(falSrpo, { image_url: "" }), ["image_url"]);
  });
});

describe("a value that only the other endpoint of fal's SRPO has", () => {
  const dialog = { image_size: "square", strength: "0.5" };

  it("is left out where the dialog has it, in any mode", () => {
    const text = prepare(falSrpo, {}, { dialog });
    assert.deepEqual([text.request.image_size, text.request.strength, text.warnings], ["square", undefined, []]);
    const image = prepare(falSrpo, {}, { dialog, ...imageFrom(picture.url) });
    assert.deepEqual([image.request.image_size, image.request.strength, image.warnings], [undefined, 0.5, []]);
    const set = prepare(falSrpo, {}, { dialog: { ...dialog, image_url: picture.url }, mode: "text-to-image" });
    assert.deepEqual(set.request, { ...text.request });
  });

  it("is an error in msg.flux that says what it belongs to", () => {
    assert.equal(
      saysOf({ strength: 0.5 }),
      "strength belongs to image to image, but this request has no picture to start from: give it one, or do without strength. Nothing was sent.",
    );
    assert.match(
      saysOf({ strength: 0.5 }, imageFrom(undefined)),
      /start from \(Image from \(msg\.image\) holds nothing\)/,
    );
    assert.match(
      saysOf({ image_size: "square" }, imageFrom(picture.url)),
      /^image_size belongs to text to image, but this request starts from a picture \(Image from \(msg\.image\)\)/,
    );
    assert.match(saysOf({ image_size: "square", image_url: picture.url }), /a picture \(msg\.flux\.image_url\)/);
    assert.match(
      saysOf({ image_url: picture.url }, { mode: "text-to-image" }),
      /^image_url belongs to image to image, but this node is set to text to image: change its mode/,
    );
  });

  it("is sent nevertheless where unknown parameters are let through", () => {
    const { request, model } = prepare(falSrpo, { strength: 0.5 }, { allowUnknown: true });
    assert.deepEqual([model.id, request.strength], [TEXT, 0.5]);
  });
});

describe("a mode that is set", () => {
  it("is kept, and a picture that it has no use for is left out with a warning", () => {
    const { model, request, warnings } = prepare(falSrpo, {}, { mode: "text-to-image", ...imageFrom(picture.url) });
    assert.equal(model.id, TEXT);
    assert.ok(!("image_url" in request));
    assert.deepEqual(warnings, [
      "Image from (msg.image) was left out: this node is set to text to image, which takes no picture.",
    ]);
    assert.deepEqual(prepare(falSrpo, {}, { mode: "text-to-image", ...imageFrom(undefined) }).warnings, []);
  });

  it("misses the picture that it needs, and names the source that holds none", () => {
    const mode = "image-to-image" as const;
    assert.match(
      saysOf({}, { mode }),
      /^image_url is missing: FLUX\.1 SRPO \[dev\] at fal \(image to image\) needs it/,
    );
    assert.match(saysOf({ image_url: null }, { mode }), /^image_url is missing/);
    for (const nothing of [undefined, null]) {
      const { message, cause } = refusal(falSrpo, {}, { mode, ...imageFrom(nothing) });
      assert.match(message, /^Image from \(msg\.image\) holds nothing, but this node is set to take its input picture/);
      assert.equal(cause.violations.length, 1);
    }
  });

  it("is named in the error's title", () => {
    assert.match(
      saysOf({ num_images: 9, guidance_scale: 0 }, imageFrom(picture.url)),
      /^The request for FLUX\.1 SRPO \[dev\] at fal \(image to image\) has 2 problems: /,
    );
  });

  it("decides on the range of steps", () => {
    assert.equal(prepare(falSrpo, { num_inference_steps: 9 }).request.num_inference_steps, 9);
    assert.match(
      saysOf({ num_inference_steps: 9 }, imageFrom(picture.url)),
      /^num_inference_steps is 9, but must be a whole number from 10 to 50/,
    );
  });

  it("means nothing to a model with one endpoint", () => {
    for (const mode of ["auto", "text-to-image", "image-to-image"] as const) {
      assert.equal(prepare(srpo, {}, { mode }).model, srpo);
    }
  });
});
