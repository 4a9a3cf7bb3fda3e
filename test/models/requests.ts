import fc from "fast-check";
import type { Structure } from "./oracle";
import { png } from "./support";

export type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const jpeg = Buffer.concat([Buffer.from("ffd8ffe000104a46494600010100000100010000", "hex"), Buffer.alloc(40)]);

const pictures = fc.constantFrom(
  "https://example.com/lighthouse.jpg?size=large",
  "http://example.com/a%20b.png",
  "59a2edc2-45e6-429f-be5f-7ded59b92046",
  "C64351D5-4C59-42F7-95E1-EACE013EDDAB",
  `data:image/png;base64,${png(8, 8).toString("base64")}`,
  "data:image/jpeg;base64,AAAA",
  png(8, 8).toString("base64"),
  jpeg.toString("base64"),
);

/** Words and paths of base64 letters, addresses that are not http, data URIs that are no pictures. */
const noPictures = fc.constantFrom(
  "hello world",
  "lighthouse",
  "/etc/passwd",
  "home/me/lighthouse",
  "ftp://example.com/a.png",
  "data:text/plain;base64,AAAA",
  "data:image/svg+xml;base64,AAAA",
  "data:image/png;base64,",
  "data:image/png;base64,a b",
  "59a2edc2-45e6-429f-be5f-7ded59b9204",
  "http://",
  "AAAA",
  "",
);

const seeds = fc.oneof(
  fc.nat(),
  fc.constantFrom<unknown>(
    0,
    "0",
    4294967295,
    2 ** 53 - 1,
    2 ** 53,
    1e18,
    "9223372036854775807",
    9223372036854775807n,
    5n,
  ),
  fc.bigInt(0n, 9223372036854775807n).map(String),
);
const noSeeds = fc.constantFrom<unknown>(
  -1,
  1.5,
  "-1",
  "9223372036854775808",
  2n ** 63n,
  2 ** 63,
  -1n,
  "1e3",
  "seed",
  null,
  true,
);

const number = (keyword: unknown, otherwise: number): number => (typeof keyword === "number" ? keyword : otherwise);

/** Decimals that arithmetic left a little beside their step, now and then. */
const stepped = (size: number, minimum: number, maximum: number): fc.Arbitrary<number> => {
  const perUnit = Math.round(1 / size);
  return fc.oneof(
    fc.integer({ min: minimum * perUnit, max: maximum * perUnit }).map((count) => count / perUnit),
    fc.integer({ min: minimum * perUnit, max: maximum * perUnit }).map((count) => count * size),
  );
};

/** Values that a part of the reference schema allows. */
const allowedBy = (structure: Structure): fc.Arbitrary<unknown> => {
  if (typeof structure === "boolean") return fc.constant(undefined);
  const { minimum, maximum, multipleOf } = structure;
  if (maximum === 9223372036854776000) return seeds;
  if (list(structure.anyOf).some((option) => fieldsOf(option).format === "uuid")) return pictures;
  if ("const" in structure) return fc.constant(structure.const);
  if (Array.isArray(structure.enum)) return fc.constantFrom(...structure.enum);
  if (Array.isArray(structure.oneOf)) return fc.oneof(...structure.oneOf.map(allowedBy));
  const low = number(minimum, 0);
  switch (structure.type) {
    case "integer": {
      const size = number(multipleOf, 1);
      const values = fc
        .integer({ min: Math.ceil(low / size), max: Math.floor(number(maximum, low + 200) / size) })
        .map((n) => n * size);
      return fc.oneof({ weight: 9, arbitrary: values }, { weight: 1, arbitrary: values.map((n) => n + 5e-10) });
    }
    case "number":
      return typeof multipleOf === "number"
        ? stepped(multipleOf, low, number(maximum, low + 10))
        : fc.double({
            noNaN: true,
            noDefaultInfinity: true,
            ...(typeof minimum === "number" && { min: minimum }),
            ...(typeof maximum === "number" && { max: maximum }),
          });
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(allowedBy(structure.items as Structure), {
        minLength: number(structure.minItems, 0),
        maxLength: number(structure.maxItems, 3),
      });
    case "object":
      return fc.record(
        Object.fromEntries(
          Object.entries(fieldsOf(structure.properties)).map(([name, member]) => [
            name,
            allowedBy(member as Structure),
          ]),
        ),
        { requiredKeys: list(structure.required).map(String) },
      );
  }
  if (structure.format === "uri") return fc.constantFrom("https://example.com/hook", "http://127.0.0.1:1880/done?x=1");
  if (structure.format === "uuid") return fc.uuid();
  if (typeof structure.pattern === "string")
    return fc.constantFrom("runware:25@1", "civitai:102@3", "runware:55@2", "my-lora_1.0");
  return prompts(number(structure.minLength, 0), number(structure.maxLength, 40));
};

const prompts = (minimum: number, maximum: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.string({ unit: "grapheme-ascii", minLength: minimum, maxLength: 60 }) },
    { weight: 1, arbitrary: fc.constantFrom("a".repeat(minimum), "a".repeat(maximum), "\u{1f98a}".repeat(maximum)) },
  );

const keepOne = (owner: Fields, first: string, second: string): void => {
  if (first in owner && second in owner) delete owner[second];
};

const ascend = (owner: Fields, start: string, end: string, most: number): void => {
  if (end in owner) owner[end] = Math.min(Math.max(Number(owner[end]), 1), most);
  if (start in owner && end in owner) owner[start] = Math.min(Number(owner[start]), Number(owner[end]) - 1);
};

/** Makes a request of allowed values keep the rules across parameters. */
const consistent = (request: Fields): Fields => {
  const steps = number(request.steps, 1000);
  const { acceleratorOptions, pulid, acePlusPlus, outpaint, inputs } = request;
  for (const [owner, start, end] of [
    [acceleratorOptions, "cacheStartStep", "cacheEndStep"] as const,
    ...list(request.controlNet).map((controlNet) => [controlNet, "startStep", "endStep"] as const),
  ]) {
    if (!isFields(owner)) continue;
    keepOne(owner, start, `${start}Percentage`);
    keepOne(owner, end, `${end}Percentage`);
    ascend(owner, start, end, steps);
    ascend(owner, `${start}Percentage`, `${end}Percentage`, 100);
  }
  if (isFields(pulid)) {
    keepOne(pulid, "CFGstartStep", "CFGstartStepPercentage");
    if ("CFGstartStep" in pulid) pulid.CFGstartStep = Math.min(Number(pulid.CFGstartStep), steps - 1);
  }
  if (isFields(acePlusPlus)) {
    if (acePlusPlus.type === "local_editing") acePlusPlus.masks = acePlusPlus.images;
    else delete acePlusPlus.masks;
  }
  if (isFields(inputs) && !("seedImage" in inputs)) delete inputs.maskImage;
  if ("width" in request !== "height" in request) {
    delete request.width;
    delete request.height;
  }
  const hasSeedImage = "seedImage" in fieldsOf(inputs) && String(fieldsOf(inputs).seedImage).startsWith("http");
  if (isFields(outpaint) && hasSeedImage && "width" in request) {
    for (const side of Object.keys(outpaint)) outpaint[side] = Number(outpaint[side]) % 64;
  } else delete request.outpaint;
  if (request.layerDiffuse === true && request.outputFormat !== "PNG") request.outputFormat = "WEBP";
  if ("uploadEndpoint" in request) delete request.numberResults;
  return request;
};

/** What a message may ask for: everything but the members that the node owns. */
const withoutOwned = (structure: Structure): Structure => {
  const { required, properties, ...others } = structure as Fields;
  const owned = ["taskType", "taskUUID", "model", "outputType"];
  return {
    ...others,
    required: list(required).filter((name) => !owned.includes(String(name))),
    properties: Object.fromEntries(Object.entries(fieldsOf(properties)).filter(([name]) => !owned.includes(name))),
  };
};

/** Requests that may be sent, members in random selection, many at the ends of their ranges. */
export const goodRequests = (structure: Structure): fc.Arbitrary<Fields> =>
  allowedBy(withoutOwned(structure)).map((request) => consistent(structuredClone(request as Fields)));

/** Breaks a good request in place. */
export type Mutation = (request: Fields, wrong: (values: fc.Arbitrary<unknown>) => unknown) => undefined;

const set =
  (values: Fields): Mutation =>
  (request) => {
    Object.assign(request, structuredClone(values));
    return undefined;
  };

const drawn =
  (name: string, values: fc.Arbitrary<unknown>): Mutation =>
  (request, draw) => {
    request[name] = draw(values);
    return undefined;
  };

const URL_IMAGE = "https://example.com/lighthouse.jpg";
const controlNet = (more: Fields): Fields => ({
  controlNet: [{ model: "runware:25@1", guideImage: URL_IMAGE, ...more }],
});
const off = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** One way, or several, to break each rule that all models have. Each is certain to make a request unfit. */
export const mutations: Readonly<Record<string, Mutation>> = {
  "no prompt": (request) => {
    delete request.positivePrompt;
    return undefined;
  },
  "a prompt of the wrong kind or length": drawn(
    "positivePrompt",
    off<unknown>("x", "x".repeat(3001), 42, true, {}, [], null, ""),
  ),
  "a negative prompt of the wrong length": drawn("negativePrompt", off<unknown>("x", "\u{1f98a}", "x".repeat(3001), 7)),
  "a width alone": (request) => {
    delete request.height;
    request.width = 512;
    return undefined;
  },
  "steps out of range or no whole number": drawn(
    "steps",
    off<unknown>(0, 51, -1, 28.5, 28.00000001, 50.00000001, "28", "abc", null, true, 1e300),
  ),
  "an unknown scheduler": drawn("scheduler", off<unknown>("Eulr", "", "Euler  a", 3, null)),
  "guidance between steps": drawn(
    "CFGScale",
    fc.integer({ min: 0, max: 1999 }).map((count) => count / 100 + 0.001),
  ),
  "guidance out of range": drawn("CFGScale", off<unknown>(-0.01, 20.01, Number.NaN, Number.POSITIVE_INFINITY, "7")),
  "a guidance without limits that is no number": drawn(
    "trueCFGScale",
    off<unknown>("1", null, Number.NaN, Number.NEGATIVE_INFINITY),
  ),
  "a seed that is none": drawn("seed", noSeeds),
  "an unknown parameter": drawn(
    "stepz",
    fc.anything().filter((value) => value !== undefined),
  ),
  "an unknown member": set({ acceleratorOptions: { turbo: true } }),
  "an object that is none": (request, draw) => {
    request[String(draw(off("acceleratorOptions", "ultralytics", "inputs", "safety")))] = draw(
      off<unknown>("on", 1, true, [], null),
    );
    return undefined;
  },
  "a list that is none": (request, draw) => {
    request[String(draw(off("lora", "ipAdapters")))] = draw(off<unknown>([], {}, "x", null, [1], [null]));
    return undefined;
  },
  "a LoRA without model": set({ lora: [{ weight: 1 }] }),
  "a LoRA with a strange model": set({ lora: [{ model: "a model" }] }),
  "a LoRA weight out of range": (request, draw) => {
    request.lora = [{ model: "runware:1@1", weight: draw(off<unknown>(4.01, -4.01, 0.001, "1")) }];
    return undefined;
  },
  "a cache that starts twice": set({ acceleratorOptions: { cacheStartStep: 0, cacheStartStepPercentage: 0 } }),
  "a cache that ends twice": set({ acceleratorOptions: { cacheEndStep: 1, cacheEndStepPercentage: 1 } }),
  "a cache that ends before it starts": set({ steps: 50, acceleratorOptions: { cacheStartStep: 5, cacheEndStep: 5 } }),
  "a cache that ends before it starts, in percent": set({
    acceleratorOptions: { cacheStartStepPercentage: 5, cacheEndStepPercentage: 4 },
  }),
  "a cache that ends after the last step": set({ steps: 4, acceleratorOptions: { cacheEndStep: 5 } }),
  "an upload of several results": set({ uploadEndpoint: "https://example.com/put", numberResults: 2 }),
  "an upload to no web address": drawn("uploadEndpoint", off<unknown>("ftp://example.com/a", "example.com", "", 1)),
  "a webhook at no web address": drawn("webhookURL", off<unknown>("mailto:me@example.com", "http://", "not a url")),
  "a ttl of less than a minute": drawn("ttl", off<unknown>(59, 60.5, "60")),
  "a picture in a list that is none": (request, draw) => {
    request.ipAdapters = [{ model: "runware:56@1", guideImages: [URL_IMAGE, draw(noPictures)] }];
    return undefined;
  },
  "face guidance between steps": set({ ultralytics: { CFGScale: 0.05 } }),
  "too many results": drawn("numberResults", off<unknown>(0, 21, 1.5)),
  "an unknown format": drawn("outputFormat", off<unknown>("JPEG", "TIFF", null)),
  "an unknown delivery": drawn("deliveryMethod", off<unknown>("webhook", true)),
  "a quality out of range": drawn("outputQuality", off<unknown>(19, 100)),
  "an unknown safety mode": set({ safety: { mode: "full" } }),
  "a switch that is no switch": drawn("includeCost", off<unknown>("true", 1, null)),
};

/** The same of what only SRPO and Krea have. */
export const textToImageMutations: Readonly<Record<string, Mutation>> = {
  "a width between steps or out of range": (request, draw) => {
    Object.assign(request, {
      width: draw(off<unknown>(1000, 127, 112, 2064, 0, -16, 512.5, "512", null)),
      height: 512,
    });
    return undefined;
  },
  "a strength between steps": drawn("strength", off<unknown>(0.005, 1.01, -0.01, "0.5")),
  "a mask margin out of range": drawn("maskMargin", off<unknown>(31, 129, 64.5)),
  "an unknown prompt weighting": drawn("promptWeighting", off<unknown>("comple", 1)),
  "a ControlNet without picture": set({ controlNet: [{ model: "runware:25@1" }] }),
  "a ControlNet that starts twice": set(controlNet({ startStep: 0, startStepPercentage: 0 })),
  "a ControlNet that ends twice": set(controlNet({ endStep: 1, endStepPercentage: 50 })),
  "a ControlNet that ends before it starts": set({ steps: 50, ...controlNet({ startStep: 10, endStep: 10 }) }),
  "a ControlNet that ends before it starts, in percent": set(
    controlNet({ startStepPercentage: 50, endStepPercentage: 49 }),
  ),
  "a ControlNet that ends after the last step": set({ steps: 28, ...controlNet({ endStep: 29 }) }),
  "a ControlNet that starts in percent and ends after the last step": set({
    steps: 28,
    ...controlNet({ startStepPercentage: 1, endStep: 40 }),
  }),
  "PuLID that starts at the last step": set({ steps: 4, pulid: { images: [URL_IMAGE], CFGstartStep: 4 } }),
  "PuLID that starts twice": set({ pulid: { images: [URL_IMAGE], CFGstartStep: 0, CFGstartStepPercentage: 0 } }),
  "PuLID with two pictures": set({ pulid: { images: [URL_IMAGE, URL_IMAGE] } }),
  "PuLID without picture": set({ pulid: { idWeight: 1 } }),
  "a local edit without mask": set({ acePlusPlus: { type: "local_editing", images: [URL_IMAGE] } }),
  "a portrait with a mask": (request, draw) => {
    const type = draw(off<Fields>({}, { type: "portrait" }, { type: "subject" }));
    request.acePlusPlus = { ...fieldsOf(type), images: [URL_IMAGE], masks: [URL_IMAGE] };
    return undefined;
  },
  "a mask without seed image": set({ inputs: { maskImage: URL_IMAGE } }),
  "outpainting without seed image": (request) => {
    Object.assign(request, { outpaint: { left: 16 }, width: 512, height: 512 });
    delete request.inputs;
    return undefined;
  },
  "outpainting without size": (request) => {
    Object.assign(request, { outpaint: { left: 16 }, inputs: { seedImage: URL_IMAGE } });
    delete request.width;
    delete request.height;
    return undefined;
  },
  "outpainting wider than the picture": set({
    outpaint: { left: 256, right: 256 },
    inputs: { seedImage: URL_IMAGE },
    width: 512,
    height: 512,
  }),
  "outpainting higher than the picture": set({
    outpaint: { top: 512 },
    inputs: { seedImage: URL_IMAGE },
    width: 512,
    height: 512,
  }),
  "transparency in a format without": (request, draw) => {
    request.layerDiffuse = true;
    request.outputFormat = "JPG";
    if (draw(fc.boolean())) delete request.outputFormat;
    return undefined;
  },
  "a picture that is none": (request, draw) => {
    request.inputs = { seedImage: draw(noPictures) };
    delete request.outpaint;
    return undefined;
  },
  "a pass for higher resolution that is switched off": drawn("hiresFix", off<unknown>(false, null, "true", [])),
  "a pass for higher resolution without model": set({ hiresFix: { steps: 10 } }),
  "a pass for higher resolution by another factor": set({ hiresFix: { model: "runware:504@1", upscaleFactor: 2 } }),
  "a composition that is no object": (request, draw) => {
    request[String(draw(off("pulid", "outpaint")))] = draw(off<unknown>("on", 1, true, [], null));
    return undefined;
  },
  "a list of ControlNets that is none": drawn("controlNet", off<unknown>([], {}, "x", null, [1], [null])),
};

/** The ways to break a rule of fal's endpoints. */
export const falMutations: Readonly<Record<string, Mutation>> = {
  "no prompt": (request) => {
    delete request.prompt;
    return undefined;
  },
  "a prompt of the wrong kind, or without a word": drawn(
    "prompt",
    off<unknown>("", " ", "\n\t", 42, true, {}, [], null),
  ),
  "guidance out of range": drawn("guidance_scale", off<unknown>(0.99, 20.01, 0, -1, "7", null, Number.NaN)),
  "a seed that is none": drawn("seed", off<unknown>(1.5, "1e3", "seed", true, 2n ** 64n, "18446744073709551616", {})),
  "too many or too few pictures": drawn("num_images", off<unknown>(0, 5, 1.5, "1", null)),
  "an unknown format": drawn("output_format", off<unknown>("webp", "jpg", "", null, 1)),
  "an unknown acceleration": drawn("acceleration", off<unknown>("fast", "", null, true)),
  "a safety switch that is none": drawn("enable_safety_checker", off<unknown>("true", 1, null)),
  "too many steps or no whole number": drawn("num_inference_steps", off<unknown>(0, 51, 28.5, "28", null)),
  "an unknown parameter": drawn("stepz", off<unknown>(1, "x", null)),
  "a parameter of Runware": (request, draw) => {
    Object.assign(
      request,
      draw(off<Fields>({ steps: 28 }, { CFGScale: 7 }, { lora: [] }, { positivePrompt: "a fox" })),
    );
    return undefined;
  },
};

export const falTextToImageMutations: Readonly<Record<string, Mutation>> = {
  "an unknown size": drawn("image_size", off<unknown>("large", "", "1024x768", 1024, null, true, [], [512, 512])),
  "a side out of range": (request, draw) => {
    const side = draw(off<unknown>(0, -1, 14143, 512.5, "512", null));
    request.image_size = draw(off<Fields>({ width: side }, { height: side }, { width: 512, height: side }));
    return undefined;
  },
  "a size with a third side": set({ image_size: { width: 512, height: 512, depth: 512 } }),
  "a strength": set({ strength: 0.5 }),
};

export const falImageToImageMutations: Readonly<Record<string, Mutation>> = {
  "no picture": (request) => {
    delete request.image_url;
    return undefined;
  },
  "a picture that is none": drawn("image_url", noPictures),
  "a picture by its id": drawn("image_url", fc.uuid()),
  "a strength out of range": drawn("strength", off<unknown>(0, 0.009, 1.01, -0.5, "0.5", null)),
  "too few steps": drawn("num_inference_steps", off<unknown>(1, 9)),
  "a size": drawn("image_size", off<unknown>("square", { width: 512, height: 512 })),
};

/** The same of what only Kontext has, and of what it lacks. */
export const kontextMutations: Readonly<Record<string, Mutation>> = {
  "a width below 1 or no whole number": (request, draw) => {
    Object.assign(request, { width: draw(off<unknown>(0, -16, 512.5, "512", null)), height: 512 });
    return undefined;
  },
  "a reference picture that is none": (request, draw) => {
    request.inputs = { referenceImages: [URL_IMAGE, draw(noPictures)] };
    return undefined;
  },
  "no list of reference pictures": (request, draw) => {
    request.inputs = { referenceImages: draw(off<unknown>([], URL_IMAGE, null, [null], [1])) };
    return undefined;
  },
  "a picture of another model": (request, draw) => {
    request.inputs = { [String(draw(off("seedImage", "maskImage")))]: URL_IMAGE };
    return undefined;
  },
  "a parameter of another model": (request, draw) => {
    const others: Fields[] = [
      ...[{ strength: 0.5 }, { maskMargin: 64 }, { promptWeighting: "compel" }, { outpaint: { left: 16 } }],
      ...[controlNet({}), { pulid: { images: [URL_IMAGE] } }, { acePlusPlus: { images: [URL_IMAGE] } }],
      ...[{ hiresFix: true }, { layerDiffuse: false }],
    ];
    Object.assign(request, structuredClone(draw(off(...others))));
    return undefined;
  },
};
