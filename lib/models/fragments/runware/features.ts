import { oneOfTwo, type Schema } from "../schema";
import { air } from "./composition";

const fraction: Schema = { type: "number", minimum: 0, maximum: 1, multipleOf: 0.01 };

/** `true` for the service's settings, or settings of one's own; `false` is not a value that the service knows. */
export const hiresFix: Schema = {
  type: ["boolean", "object"],
  not: { const: false },
  required: ["model"],
  additionalProperties: false,
  properties: {
    model: {
      ...air,
      enum: ["runware:realesrgan@anime-6b", "runware:esrgan@animesharp", "runware:esrgan@ultrasharp", "runware:504@1"],
    },
    steps: { type: "integer", minimum: 1, maximum: 35, default: 10 },
    strength: { ...fraction, default: 0.8 },
    upscaleFactor: { type: "integer", enum: [4], default: 4 },
  },
  "x-group": "features",
};

export const layerDiffuse: Schema = { type: "boolean", default: false, "x-group": "features" };

const faceProperties: Readonly<Record<string, Schema>> = {
  positivePrompt: { type: "string", "x-kind": "prompt" },
  negativePrompt: { type: "string", "x-kind": "prompt" },
  steps: { type: "integer", minimum: 1, maximum: 100, default: 20 },
  CFGScale: { type: "number", minimum: 0, maximum: 50, multipleOf: 0.1, default: 8 },
  strength: { ...fraction, default: 0.3 },
  confidence: { ...fraction, default: 0.9 },
  maskBlur: { type: "integer", minimum: 0, maximum: 100, default: 5 },
  maskPadding: { type: "integer", minimum: 0, maximum: 20, default: 5, "x-unit": "px" },
};

/** Face refinement. */
export const ultralytics: Schema = {
  type: "object",
  additionalProperties: false,
  properties: faceProperties,
  "x-group": "features",
};

/** Face refinement with the size of the refined region, which only Krea's document has. */
export const ultralyticsWithInpaintSize: Schema = {
  ...ultralytics,
  properties: {
    ...faceProperties,
    inpaintSize: { type: "integer", minimum: 128, maximum: 2048, default: 1024, "x-unit": "px" },
  },
};

export const acceleratorOptions: Schema = {
  type: "object",
  additionalProperties: false,
  properties: {
    fbCache: { type: "boolean", default: false },
    fbCacheThreshold: { ...fraction, default: 0.25 },
    teaCache: { type: "boolean", default: false },
    teaCacheDistance: { ...fraction, default: 0.5 },
    dbCache: { type: "boolean", default: false },
    dbCacheThreshold: { ...fraction, default: 0.25 },
    dbCacheSkipInterval: { type: "integer", minimum: 1, default: 5 },
    cacheStartStep: { type: "integer", minimum: 0 },
    cacheStartStepPercentage: { type: "integer", minimum: 0, maximum: 99, "x-unit": "%" },
    cacheEndStep: { type: "integer", minimum: 1 },
    cacheEndStepPercentage: { type: "integer", minimum: 1, maximum: 100, "x-unit": "%" },
    cacheMaxConsecutiveSteps: { type: "integer", minimum: 1, maximum: 5, default: 3 },
  },
  allOf: [oneOfTwo("cacheStartStep", "cacheStartStepPercentage"), oneOfTwo("cacheEndStep", "cacheEndStepPercentage")],
  "x-group": "advanced",
};
