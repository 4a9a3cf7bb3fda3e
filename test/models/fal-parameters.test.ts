import assert from "node:assert/strict";
import { expectedPicture } from "../../lib/models/expected-picture";
import { falSrpo } from "../../lib/models/fal-srpo";
import type { Mode } from "../../lib/models/model";
import { wireViolations } from "../../lib/models/preparing/wire";
import type { OutputForm, RequestInput } from "../../lib/models/request";
import { falExamples } from "./fal-examples";
import { imageFrom, picture, png, prepare, refusal, refusedParameters } from "./support";

const image = { image_url: picture.url };

describe("a number in a request to fal", () => {
  for (const { parameter, good, bad, more = {} } of [
    { parameter: "guidance_scale", good: [1, 20, 4.5, 1.0001, 19.999], bad: [0.99, 20.01, "4.5", null] },
    { parameter: "num_images", good: [1, 2, 3, 4], bad: [0, 5, 1.5, "1"] },
    { parameter: "num_inference_steps", good: [1, 28, 50], bad: [0, 51, 28.5, "28"] },
    { parameter: "num_inference_steps", good: [10, 40, 50], bad: [9, 51, 10.5], more: image },
    { parameter: "strength", good: [0.01, 1, 0.95, 0.333333], bad: [0, 0.009, 1.01, "0.5"], more: image },
  ]) {
    it(`is taken up to its bounds and refused beyond them: ${parameter}${more === image ? " with a picture" : ""}`, () => {
      for (const value of good) {
        assert.equal(prepare(falSrpo, { ...more, [parameter]: value }).request[parameter], value);
        const typed = prepare(falSrpo, more, { dialog: { [parameter]: String(value) } });
        assert.equal(typed.request[parameter], value);
      }
      for (const value of bad) {
        assert.deepEqual(refusedParameters(falSrpo, { ...more, [parameter]: value }), [parameter]);
      }
    });
  }
});

describe("a seed at fal", () => {
  it("keeps its digits, also above what Runware takes", () => {
    for (const { seed, sent } of [
      { seed: 0, sent: 0 },
      { seed: -5, sent: -5 },
      { seed: "9007199254740991", sent: 9007199254740991 },
      { seed: "9007199254740993", sent: "9007199254740993" },
      { seed: "1234567890123456789", sent: "1234567890123456789" },
      { seed: 9223372036854775807n, sent: "9223372036854775807" },
      { seed: "18446744073709551615", sent: "18446744073709551615" },
    ]) {
      assert.equal(prepare(falSrpo, { seed }).request.seed, sent);
      assert.equal(prepare(falSrpo, {}, { dialog: { seed: String(seed) } }).request.seed, sent);
    }
    assert.deepEqual(refusedParameters(falSrpo, { seed: "18446744073709551616" }), ["seed"]);
    assert.deepEqual(refusedParameters(falSrpo, { seed: "-9007199254740993" }), ["seed"]);
  });

  it("that is null is none, in a message too, and lets the dialog's stand", () => {
    assert.ok(!("seed" in prepare(falSrpo, { seed: null }).request));
    assert.equal(prepare(falSrpo, { seed: null }, { dialog: { seed: "7" } }).request.seed, 7);
  });
});

describe("image_size", () => {
  const sizeOf = (flux: unknown, dialog: Record<string, unknown> = {}): unknown =>
    prepare(falSrpo, flux, { dialog }).request.image_size;

  it("may be any of the six presets, in any letter case with a warning", () => {
    for (const preset of [
      ...["square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"],
    ]) {
      assert.equal(sizeOf({ image_size: preset }), preset);
      const { request, warnings } = prepare(falSrpo, { image_size: preset.toUpperCase() });
      assert.equal(request.image_size, preset);
      assert.match(String(warnings), /was taken as/);
      assert.equal(sizeOf({}, { image_size: preset }), preset);
    }
  });

  it("may be a width and a height, typed in or not", () => {
    assert.deepEqual(sizeOf({ image_size: { width: 1, height: 14142 } }), { width: 1, height: 14142 });
    const typed = { image_size: { width: "1024", height: " 768 " } };
    assert.deepEqual(sizeOf({}, typed), { width: 1024, height: 768 });
  });

  it("may be one side alone: a warning says what the other becomes", () => {
    const { request, warnings } = prepare(falSrpo, { image_size: { height: 300 } });
    assert.deepEqual(request.image_size, { height: 300 });
    assert.deepEqual(warnings, ["image_size.width is not given: fal makes it 512 pixels."]);
    assert.equal(prepare(falSrpo, { image_size: {} }).warnings.length, 2);
    assert.deepEqual(prepare(falSrpo, { image_size: { width: 300, height: 300 } }).warnings, []);
  });

  it("of a message takes the place of the dialog's; two objects are joined member by member", () => {
    assert.deepEqual(sizeOf({ image_size: { height: 300 } }, { image_size: "square" }), { height: 300 });
    assert.equal(sizeOf({ image_size: "square" }, { image_size: { width: "300" } }), "square");
    const joined = sizeOf({ image_size: { height: 300 } }, { image_size: { width: "400", height: "500" } });
    assert.deepEqual(joined, { width: 400, height: 300 });
  });

  it("that is none is refused in words that name what it may be", () => {
    assert.equal(
      refusal(falSrpo, { image_size: "landscape" }).message,
      'image_size is "landscape", but must be "square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3" or "landscape_16_9", or an object with width and height; did you mean "landscape_4_3"? Nothing was sent.',
    );
    for (const value of [1024, null, true, [], [512, 512], "1024x768", "", Buffer.from("x")]) {
      assert.deepEqual(refusedParameters(falSrpo, { image_size: value }), ["image_size"]);
    }
  });

  it("has sides from 1 to 14142, whole numbers, and no other members", () => {
    for (const side of [0, -1, 14143, 512.5, "512", null]) {
      assert.deepEqual(refusedParameters(falSrpo, { image_size: { width: side } }), ["image_size.width"]);
    }
    assert.equal(
      refusal(falSrpo, { image_size: { width: 512, height: 14143 } }).message,
      "image_size.height is 14143, but must be a whole number from 1 to 14142. Nothing was sent.",
    );
    assert.deepEqual(refusedParameters(falSrpo, { image_size: { width: 0, depth: 1 } }).sort(), [
      "image_size.depth",
      "image_size.width",
    ]);
  });
});

describe("a prompt for fal", () => {
  const from = (value: unknown): Partial<RequestInput> => ({ prompt: { value, source: "Prompt from (msg.payload)" } });

  it("may be of any length and width, and is sent as it is", () => {
    for (const text of ["x", " x ", "\u{1f98a}", "word ".repeat(10_000), "x".repeat(100_000_000)]) {
      assert.ok(prepare(falSrpo, {}, from(text)).request.prompt === text);
    }
  });

  for (const { value, says } of [
    { value: "", says: /^Prompt from \(msg\.payload\) holds nothing/ },
    { value: undefined, says: /^Prompt from \(msg\.payload\) holds nothing/ },
    { value: " \n\t", says: /^Prompt from \(msg\.payload\) holds nothing but white space/ },
    { value: " ".repeat(100_000_000), says: /holds nothing but white space/ },
    { value: 42, says: /holds a number/ },
    { value: png(8, 8), says: /holds a picture \(a Buffer of 64 bytes\)/ },
    { value: png(8, 8, 1e6).toString("base64"), says: /holds a picture \(base64\)/ },
    { value: `data:image/png;base64,${png(8, 8).toString("base64")}`, says: /holds a picture \(a data URI\)/ },
    { value: picture.url, says: /holds a web address/ },
  ]) {
    it(`may not be ${JSON.stringify(value)?.slice(0, 30)}`, () => {
      const { message, cause } = refusal(falSrpo, {}, from(value));
      assert.match(message, says);
      assert.deepEqual(
        cause.violations.map(({ parameter }) => parameter),
        ["prompt"],
      );
    });
  }

  it("in msg.flux wins over its source, and is missing where nobody gave one", () => {
    assert.equal(prepare(falSrpo, { prompt: "a fox" }, from(42)).request.prompt, "a fox");
    assert.match(refusal(falSrpo, {}, { prompt: undefined }).message, /^prompt is missing/);
  });
});

describe("sync_mode", () => {
  for (const { output, delivery, sent } of [
    { output: "url", delivery: "queue", sent: false },
    { output: "url", delivery: "sync", sent: false },
    { output: "buffer", delivery: "queue", sent: false },
    { output: "buffer", delivery: "sync", sent: true },
    { output: "base64", delivery: "sync", sent: true },
    { output: "dataURI", delivery: "sync", sent: true },
  ] as const) {
    it(`is the node's: ${sent} for ${output} with delivery ${delivery}`, () => {
      const { request, warnings } = prepare(falSrpo, {}, { output, delivery });
      assert.equal(request.sync_mode, sent);
      assert.deepEqual(warnings, []);
      const other = prepare(falSrpo, { sync_mode: !sent }, { output, delivery });
      assert.equal(other.request.sync_mode, sent);
      assert.deepEqual(other.warnings, [
        `sync_mode is sent as ${sent}, because the node's output setting asks for it; ${!sent} was dropped.`,
      ]);
    });
  }

  it("warns that the queue does not keep picture data for long", () => {
    for (const output of ["base64", "dataURI"] satisfies OutputForm[]) {
      for (const delivery of [undefined, "queue"] as const) {
        const { request, warnings } = prepare(falSrpo, {}, { output, ...(delivery && { delivery }) });
        assert.equal(request.sync_mode, true);
        assert.equal(warnings.length, 1);
        assert.match(String(warnings), /about 6 minutes/);
      }
    }
  });

  it("must be a switch even so", () => {
    assert.deepEqual(refusedParameters(falSrpo, { sync_mode: "yes" }), ["sync_mode"]);
  });
});

describe("what a request to fal says about its pictures", () => {
  const expected = (flux: unknown): unknown => {
    const { model, request } = prepare(falSrpo, flux);
    return expectedPicture(model, request);
  };

  it("is their format and, from text, their size", () => {
    const jpeg = { contentType: "image/jpeg" };
    assert.deepEqual(expected({}), { ...jpeg, width: 1024, height: 768 });
    assert.deepEqual(expected({ image_size: "portrait_16_9" }), { ...jpeg, width: 576, height: 1024 });
    assert.deepEqual(expected({ image_size: { height: 300 } }), { ...jpeg, width: 512, height: 300 });
    assert.deepEqual(expected({ image_size: { width: 640, height: 480 }, output_format: "png" }), {
      contentType: "image/png",
      width: 640,
      height: 480,
    });
    assert.deepEqual(expected(image), jpeg);
  });
});

describe("an input on fal's wire", () => {
  const modes = Object.keys(falExamples) as Mode[];
  const refused = (mode: Mode, more: Record<string, unknown>): string[] =>
    wireViolations(falSrpo.modes[mode], { ...falExamples[mode], ...more }).map(({ parameter }) => parameter);

  it("is the bare parameters, as the examples show them", () => {
    for (const mode of modes) assert.deepEqual(refused(mode, {}), []);
  });

  it("is held to the schema as it is", () => {
    for (const mode of modes) {
      assert.deepEqual(refused(mode, { prompt: "" }), ["prompt"]);
      assert.deepEqual(refused(mode, { taskType: "imageInference" }), ["taskType"]);
      assert.deepEqual(refused(mode, { num_images: 5, guidance_scale: 0.5 }).sort(), ["guidance_scale", "num_images"]);
      assert.deepEqual(refused(mode, { seed: null }), []);
      assert.deepEqual(refused(mode, { seed: 1234567890123456789n }), []);
      assert.deepEqual(refused(mode, { seed: "5" }), ["seed"]);
    }
    assert.deepEqual(refused("text-to-image", { image_size: "Square" }), ["image_size"]);
    assert.deepEqual(refused("text-to-image", { image_size: { width: 512 } }), []);
    assert.deepEqual(refused("image-to-image", { num_inference_steps: 9 }), ["num_inference_steps"]);
  });

  it("has its picture as an address or a data URI, not as bare base64 or an id", () => {
    const base64 = png(8, 8).toString("base64");
    for (const image_url of [base64, picture.uuid])
      assert.deepEqual(refused("image-to-image", { image_url }), ["image_url"]);
    assert.deepEqual(refused("image-to-image", { image_url: `data:image/png;base64,${base64}` }), []);
  });

  it("that belongs to the other endpoint is told so", () => {
    const [violation] = wireViolations(falSrpo.modes["text-to-image"], { prompt: "a fox", strength: 0.5 });
    assert.equal(violation?.message, "FLUX.1 SRPO [dev] at fal has no strength; image to image has it.");
  });

  it("is what a prepared request becomes", () => {
    for (const more of [{}, imageFrom(png(8, 8)), imageFrom(png(8, 8, 100_000))]) {
      const { model, request } = prepare(falSrpo, { num_images: 2, seed: 7 }, more);
      assert.deepEqual(wireViolations(model, request), []);
    }
  });
});
