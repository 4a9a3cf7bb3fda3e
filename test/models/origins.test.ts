import assert from "node:assert/strict";
import { falSrpo } from "../../lib/models/fal-srpo";
import { kontext } from "../../lib/models/kontext";
import type { NodeModel } from "../../lib/models/model";
import type { RequestInput } from "../../lib/models/request";
import { srpo } from "../../lib/models/srpo";
import { picture, prepare, refusal, revoked } from "./support";

const style = { id: "1a2b3c", type: "flux-lora", name: "style" };
const pose = { id: "4d5e6f", type: "flux-controlnet", name: "pose" };
const unnamed = { id: "7a8b9c", type: "flux-identity" };

const says = (model: NodeModel, flux: unknown, origins: unknown, more: Partial<RequestInput> = {}): string =>
  refusal(model, flux, { origins, ...more }).message;

const lora = [{ model: "civitai:1@2", weight: 9 }];
const controlNet = [
  { model: "runware:25@1", guideImage: picture.url },
  { model: "runware:25@1", guideImage: picture.url, endStep: 40 },
];

describe("an error about what a node upstream set", () => {
  it("names that node", () => {
    assert.equal(
      says(srpo, { lora }, { "lora[0]": style }),
      'LoRA 1 (lora[0].weight), from "style" / flux-lora, is 9, but must be a number from -4 to 4 in steps of 0.01; the nearest is 4. Nothing was sent.',
    );
    assert.equal(
      says(srpo, { controlNet, steps: 28 }, { "controlNet[0]": style, "controlNet[1]": pose }),
      'ControlNet 2 (controlNet[1].endStep), from "pose" / flux-controlnet, is 40, but this request has 28 steps. Use a value up to 28, or endStepPercentage. Nothing was sent.',
    );
    assert.match(
      says(srpo, { controlNet: [{ model: "a:b" }] }, { "controlNet[0]": pose }),
      /^ControlNet 1 \(controlNet\[0\]\.guideImage\), from "pose" \/ flux-controlnet, is missing: /,
    );
    assert.match(
      says(srpo, { pulid: "on" }, { pulid: unnamed }),
      /^pulid, from node 7a8b9c \/ flux-identity, is text of/,
    );
  });

  it("names it by its id, however deep in subflows it is", () => {
    const inSubflows = ["0123456789abcdef", "1123456789abcdef", "2123456789abcdef", "3123456789abcdef"].join("-");
    assert.match(
      says(srpo, { lora }, { "lora[0]": { id: inSubflows, type: "flux-lora" } }),
      /from node 0.*-3123456789abcdef \/ flux-lora,/,
    );
  });

  it("keeps its structured part as it is without the node", () => {
    const [violation] = refusal(srpo, { lora }, { origins: { "lora[0]": style } }).cause.violations;
    const [plain] = refusal(srpo, { lora }).cause.violations;
    assert.deepEqual({ ...violation, message: "" }, { ...plain, message: "" });
    assert.equal(violation?.parameter, "lora[0].weight");
  });

  it("names it in warnings, too, and never in the request", () => {
    const flux = { acePlusPlus: { images: [picture.url] } };
    const { request, warnings } = prepare(srpo, flux, { origins: { acePlusPlus: unnamed } });
    assert.match(String(warnings), /^acePlusPlus, from node 7a8b9c \/ flux-identity: Runware describes/);
    assert.deepEqual(request, prepare(srpo, flux).request);
  });

  it("names it where a model does not have the parameter, with the models that have", () => {
    assert.equal(
      says(kontext, { controlNet }, { "controlNet[0]": style, "controlNet[1]": pose }),
      'FLUX.1 Kontext [dev] has no controlNet (set by "style" / flux-lora and "pose" / flux-controlnet); FLUX.1 [dev] SRPO and FLUX.1 Krea [dev] have it. Nothing was sent.',
    );
    assert.equal(
      says(falSrpo, { lora }, { "lora[0]": style }),
      'FLUX.1 SRPO [dev] at fal has no lora (set by "style" / flux-lora); Runware\'s FLUX.1 [dev] SRPO, FLUX.1 Krea [dev] and FLUX.1 Kontext [dev] have it. Nothing was sent.',
    );
    assert.match(
      says(srpo, { lora: [{ model: "a:b", wieght: 1 }] }, { "lora[0]": style }),
      /has no LoRA 1 \(lora\[0\]\.wieght\) \(set by "style" \/ flux-lora\); did you mean lora\[0\]\.weight\?/,
    );
  });

  it("points at msg.flux where no node signed", () => {
    assert.equal(
      says(falSrpo, { lora }, undefined),
      "FLUX.1 SRPO [dev] at fal has no lora (set in msg.flux); Runware's FLUX.1 [dev] SRPO, FLUX.1 Krea [dev] and FLUX.1 Kontext [dev] have it. Nothing was sent.",
    );
  });

  for (const [parameter, value] of Object.entries({
    lora,
    controlNet,
    ipAdapters: [{ model: "runware:56@1", guideImages: [picture.url] }],
    pulid: { images: [picture.url] },
    acePlusPlus: { images: [picture.url] },
  })) {
    it(`comes before anything is sent to fal: ${parameter}`, () => {
      const path = Array.isArray(value) ? `${parameter}[0]` : parameter;
      for (const more of [{}, { image: { value: picture.url, source: "Image from (msg.payload)" } }]) {
        const error = refusal(falSrpo, { [parameter]: value }, { origins: { [path]: pose }, ...more });
        assert.equal(error.code, "FLUX_VALIDATION");
        assert.match(
          error.message,
          /^FLUX\.1 SRPO \[dev\] at fal has no \w+ \(set by "pose" \/ flux-controlnet\); Runware's/,
        );
        assert.deepEqual(
          error.cause.violations.map((violation) => violation.parameter),
          [parameter],
        );
      }
    });
  }

  it("does not blame it for what the dialog says", () => {
    const dialog = { pulid: { idWeight: "9" }, lora: [{ model: "a:b", weight: "9" }] };
    const origins = { pulid: unnamed, "lora[0]": style };
    const joined = says(srpo, { pulid: { images: [picture.url] } }, origins, { dialog });
    assert.match(joined, /\(1\) LoRA 1 \(lora\[0\]\.weight\) is 9/);
    assert.doesNotMatch(joined, /style/);
  });

  it("does not blame it for what is not in the message any more", () => {
    assert.match(says(srpo, { steps: 0 }, { "lora[0]": style, steps: undefined }), /^steps is 0, but/);
    assert.doesNotMatch(says(srpo, { lora }, { "lora[1]": style }), /style/);
  });
});

describe("hostile msg.fluxOrigins", () => {
  const plain = refusal(srpo, { lora }).message;
  const called = (): never => assert.fail("called");
  const thrown = (): never => {
    throw new Error("looked at");
  };

  for (const { name, origins } of [
    { name: "text", origins: "lora[0]" },
    { name: "a number", origins: 1 },
    { name: "null", origins: null },
    { name: "a list", origins: [style] },
    { name: "a Buffer", origins: Buffer.from("lora") },
    { name: "a function", origins: () => style },
    { name: "a node that is text", origins: { "lora[0]": "style" } },
    { name: "a node that is null", origins: { "lora[0]": null } },
    { name: "a node that is a Buffer", origins: { "lora[0]": Buffer.from("x") } },
    { name: "a node without anything", origins: { "lora[0]": {} } },
    { name: "numbers in place of texts", origins: { "lora[0]": { id: 1, type: 2, name: 3 } } },
    { name: "an id and a type that are none", origins: { "lora[0]": { id: "a b", type: "<b>flux</b>", name: " \n" } } },
    { name: "a computed node", origins: Object.defineProperty({}, "lora[0]", { enumerable: true, get: called }) },
    {
      name: "a computed name",
      origins: { "lora[0]": Object.defineProperty({}, "name", { enumerable: true, get: called }) },
    },
    { name: "a proxy", origins: new Proxy({}, { ownKeys: called, get: called }) },
    {
      name: "a proxy that shows nothing of itself",
      origins: new Proxy({}, { getPrototypeOf: thrown, ownKeys: thrown }),
    },
    { name: "a revoked proxy", origins: revoked({}) },
    { name: "a revoked proxy of a list", origins: revoked([]) },
    { name: "a node that is a revoked proxy", origins: { "lora[0]": revoked({}) } },
    { name: "poison", origins: JSON.parse('{"__proto__":{"type":"x"},"constructor":{"type":"x"}}') },
    {
      name: "paths that are none",
      origins: { "lora[0].": style, "lora[x]": style, "": style, "lora[99999999]": style },
    },
    {
      name: "100,000 nodes",
      origins: Object.fromEntries(Array.from({ length: 1e5 }, (_, index) => [`p${index}`, style])),
    },
  ]) {
    it(`change nothing: ${name}`, () => {
      assert.equal(says(srpo, { lora }, origins), plain);
      assert.equal(Reflect.get({}, "type"), undefined);
    });
  }

  it("give one short line, whatever the name is", () => {
    const name = `sty\nle"\u0000\u202e ${"x".repeat(1_000_000)}`;
    const message = says(srpo, { lora }, { "lora[0]": { ...style, name } });
    assert.match(message, /^LoRA 1 \(lora\[0\]\.weight\), from "sty le' x{32}\.\.\." \/ flux-lora, is 9/);
  });

  it("name a few nodes of many", () => {
    const many = Array.from({ length: 50 }, () => lora[0]);
    const origins = Object.fromEntries(many.map((_, index) => [`lora[${index}]`, { ...style, name: `n${index}` }]));
    assert.match(
      says(falSrpo, { lora: many }, origins),
      /\(set by "n0" \/ flux-lora, .*"n4" \/ flux-lora and 45 more\)/,
    );
  });

  it("are left alone", () => {
    const origins = Object.freeze({ "lora[0]": Object.freeze({ ...style }) });
    says(srpo, { lora }, origins);
    assert.deepEqual(origins, { "lora[0]": style });
  });
});
