import assert from "node:assert/strict";
import type { FluxError } from "../../lib/errors";
import { expectedPicture } from "../../lib/models/expected-picture";
import { wireViolations } from "../../lib/models/preparing/wire";
import { preprocess } from "../../lib/models/preprocess";
import type { FluxRequest, PreparedRequest, RequestInput } from "../../lib/models/request";
import { srpo } from "../../lib/models/srpo";
import { picture, png, refusal, prepare as usual } from "./support";

const CANNY = "runware:controlnet-preprocess@canny";
const DEPTH = "runware:controlnet-preprocess@depth";
const OPENPOSE = "runware:controlnet-preprocess@openpose";

/** What the node gives: its dialog and a picture, no prompt, and nothing of `msg.flux`. */
const given = (dialog: FluxRequest, more: Partial<RequestInput> = {}): Partial<RequestInput> => ({
  dialog,
  prompt: undefined,
  image: { value: picture.url, source: "Image from (msg.payload)" },
  ...more,
});

const prepare = (dialog: FluxRequest = {}, more: Partial<RequestInput> = {}): PreparedRequest =>
  usual(preprocess, undefined, given(dialog, more));

const refused = (dialog: FluxRequest, more: Partial<RequestInput> = {}): FluxError =>
  refusal(preprocess, undefined, given(dialog, more));

const says = (dialog: FluxRequest, more: Partial<RequestInput> = {}): string => refused(dialog, more).message;

const from = (value: unknown): Partial<RequestInput> => ({ image: { value, source: "Image from (msg.payload)" } });

describe("preprocessing", () => {
  it("needs a picture and nothing else, and makes one of its edges", () => {
    const { request, expected, warnings, attachments } = prepare();
    assert.deepEqual(request, {
      model: CANNY,
      inputs: { image: picture.url },
      deliveryMethod: "async",
      includeCost: true,
      outputType: "URL",
    });
    assert.deepEqual({ expected, warnings, attachments }, { expected: 1, warnings: [], attachments: [] });
  });

  it("says what comes out, as far as that is certain: not its size", () => {
    assert.deepEqual(expectedPicture(preprocess, prepare().request), { contentType: "image/jpeg" });
    assert.deepEqual(expectedPicture(preprocess, prepare({ outputFormat: "PNG" }).request), {
      contentType: "image/png",
    });
  });

  it("has the types of the service's schema", () => {
    const { request } = prepare({
      model: OPENPOSE,
      settings: { includeHandsAndFaceOpenPose: "true", lowThresholdCanny: "" },
      ttl: "60",
    });
    assert.equal(request.model, OPENPOSE);
    assert.deepEqual(request.settings, { includeHandsAndFaceOpenPose: true });
    assert.equal(request.ttl, 60);
  });

  it("answers in the form that the node wants", () => {
    assert.equal(prepare({}, { output: "base64" }).request.outputType, "base64Data");
    assert.equal(prepare({}, { output: "dataURI" }).request.outputType, "dataURI");
    assert.equal(prepare({}, { output: "buffer" }).request.outputType, "URL");
    assert.equal(prepare({ deliveryMethod: "sync" }, { output: "buffer" }).request.outputType, "base64Data");
    assert.match(says({ ttl: "60" }, { output: "base64" }), /^ttl limits how long a URL works/);
  });

  it("takes a picture in every form: large ones are uploaded, small ones travel inside", () => {
    const large = png(64, 64, 600_000);
    const { attachments, request } = prepare({}, from(large));
    assert.deepEqual(
      attachments.map(({ path, bytes, contentType }) => ({ path, isSame: bytes === large, contentType })),
      [{ path: ["inputs", "image"], isSame: true, contentType: "image/png" }],
    );
    assert.match(JSON.stringify(request.inputs), /^\{"image":"[0-9a-f-]{36}"\}$/);
    assert.equal(prepare({}, from(large.toString("base64"))).attachments.length, 1);
    assert.match(JSON.stringify(prepare({}, from(png(8, 8))).request.inputs), /^\{"image":"data:image\/png;base64,/);
    assert.deepEqual(prepare({}, from(picture.uuid)).request.inputs, { image: picture.uuid });
  });

  it("is a whole task on the wire", () => {
    const task = { ...prepare().request, taskType: "controlNetPreprocess", taskUUID: picture.uuid };
    assert.deepEqual(wireViolations(preprocess, task), []);
    assert.deepEqual(
      wireViolations(preprocess, { ...task, taskType: "imageInference", inputs: {} }).map(({ parameter }) => parameter),
      ["taskType", "inputs.image"],
    );
  });
});

describe("preprocessing that cannot work", () => {
  it("is refused without a picture, in words that name the setting or the parameter", () => {
    assert.match(
      says({}, { image: undefined }),
      /^inputs\.image is missing: ControlNet preprocessing needs it \(a picture/,
    );
    assert.match(says({}, from(undefined)), /^Image from \(msg\.payload\) holds nothing, but this node is set to/);
  });

  for (const [name, value, expected] of [
    ["a word", "a lighthouse", /^Image from \(msg\.payload\) is text of 12 characters, but must be a picture/],
    ["a Buffer of something else", Buffer.from("nope"), /is a Buffer of 4 bytes that is no picture/],
    ["a list", [picture.url], /^Image from \(msg\.payload\) is a list/],
    ["an object", { url: picture.url }, /^Image from \(msg\.payload\) is an object/],
    [
      "a Buffer that went through JSON",
      JSON.parse(JSON.stringify(png(8, 8))),
      /is a Buffer that went through JSON; Buffer/,
    ],
  ] as const) {
    it(`is refused with something else in the picture's place: ${name}`, () =>
      assert.match(says({}, from(value)), expected));
  }

  it("is refused with the settings of another preprocessor", () => {
    assert.equal(
      says({ model: DEPTH, settings: { lowThresholdCanny: "50" } }),
      "settings.lowThresholdCanny belongs to the preprocessor canny, and the one here is depth. Leave it out, or choose canny. Nothing was sent.",
    );
    assert.match(
      says({ model: OPENPOSE, settings: { highThresholdCanny: 50 } }),
      /^settings\.highThresholdCanny belongs/,
    );
    assert.match(
      says({ settings: { includeHandsAndFaceOpenPose: "true" } }),
      /^settings\.includeHandsAndFaceOpenPose belongs to the preprocessor openpose, and the one here is canny\./,
    );
  });

  it("is refused with thresholds in the wrong order or out of range", () => {
    const settings = (low: number, high: number): FluxRequest => ({
      settings: { lowThresholdCanny: low, highThresholdCanny: high },
    });
    assert.deepEqual(prepare(settings(0, 255)).request.settings, settings(0, 255).settings);
    for (const [low, high] of [
      [100, 100],
      [200, 100],
    ] as const) {
      assert.match(
        says(settings(low, high)),
        /^settings\.lowThresholdCanny is \d+, but must be below highThresholdCanny/,
      );
    }
    assert.match(says(settings(-1, 256)), /^The request for ControlNet preprocessing has 2 problems: .+ from 0 to 255/);
  });

  it("is refused with what makes pictures of prompts", () => {
    const { message, cause } = refused({ positivePrompt: "a fox", steps: 3, lora: [{ model: "a:b" }] });
    assert.deepEqual(cause.violations.map(({ parameter }) => parameter).sort(), ["lora", "positivePrompt", "steps"]);
    assert.match(message, /ControlNet preprocessing has no steps \(FLUX\.1 \[dev\] SRPO, .+ have\)/);
    assert.match(
      says({ model: "runware:111@1" }),
      /^model is "runware:111@1", but must be "runware:controlnet-preprocess@canny"/,
    );
  });

  it("is no alternative that other models' errors point at", () => {
    assert.doesNotMatch(refusal(srpo, { settings: {}, image: picture.url }).message, /preprocessing/);
  });
});

describe("a preprocessing task in the older form", () => {
  const pasted = {
    taskType: "controlNetPreprocess",
    taskUUID: "3303f1be-b3dc-41a2-94df-ead00498db57",
    inputImage: picture.uuid,
    preProcessorType: "canny",
    lowThresholdCanny: "80",
    highThresholdCanny: 200,
    outputFormat: "png",
  };

  it("is put right, with a warning for each thing", () => {
    const { request, warnings } = prepare(pasted, { image: undefined });
    assert.deepEqual(request, {
      ...prepare().request,
      inputs: { image: picture.uuid },
      settings: { lowThresholdCanny: 80, highThresholdCanny: 200 },
      outputFormat: "PNG",
    });
    assert.deepEqual(
      warnings.map((warning) => /^(\S+) was taken as (\S+),/.exec(warning)?.slice(1).join(" > ")).slice(0, 4),
      [
        "inputImage > inputs.image",
        "preProcessorType > model",
        "lowThresholdCanny > settings.lowThresholdCanny",
        "highThresholdCanny > settings.highThresholdCanny",
      ],
    );
  });

  it("gives its picture up for the one that the node points at", () => {
    assert.deepEqual(prepare(pasted).request.inputs, { image: picture.url });
  });

  it("has its preprocessor found by the old name, and refused by a wrong one", () => {
    const { request } = prepare({ preProcessorType: "lineart_anime" });
    assert.equal(request.model, "runware:controlnet-preprocess@lineart-anime");
    assert.match(
      says({ preProcessorType: "cany" }),
      /^model is .+; did you mean "runware:controlnet-preprocess@canny"\?/,
    );
    assert.match(
      says({ preProcessorType: "depth", model: OPENPOSE }),
      /are the same parameter, but hold different values/,
    );
  });

  it("is told that there is no size any more, and that another task is for another node", () => {
    assert.equal(
      says({ width: 512 }),
      "ControlNet preprocessing has no width: Runware's preprocessors take no size any more. Leave it out. Nothing was sent.",
    );
    assert.match(
      says({ taskType: "imageInference" }),
      /^taskType is "imageInference", but this node runs "controlNetPreprocess" only\./,
    );
  });
});
