import { airPattern } from "../../air";
import { oneOfTwo, type Schema } from "../schema";
import { image, imageList, oneImageList } from "./image";

export const air: Schema = {
  type: "string",
  pattern: airPattern,
  "x-kind": "model",
};

/** What the ControlNets for FLUX.1 [dev] are for, by their names in Runware's catalogue. */
export const controlNetNames: Readonly<Record<string, string>> = {
  "runware:25@1": "canny",
  "runware:26@1": "tile",
  "runware:27@1": "depth",
  "runware:28@1": "blur",
  "runware:29@1": "pose",
  "runware:30@1": "gray",
  "runware:31@1": "low quality",
};

/** And one that is listed there without a name. */
const controlNetAir: Schema = { ...air, "x-known": [...Object.keys(controlNetNames), "runware:98@1"] };

/** IP-Adapters for FLUX.1 [dev]; Runware's newer schema lists them without names. */
const ipAdapterAir: Schema = { ...air, "x-known": [1, 2, 3, 4].map((version) => `runware:56@${version}`) };

const weight: Schema = { type: "number", minimum: -4, maximum: 4, multipleOf: 0.01, default: 1 };

export const lora: Schema = {
  type: "array",
  minItems: 1,
  items: {
    type: "object",
    required: ["model"],
    additionalProperties: false,
    properties: {
      model: air,
      weight,
      transformer: { type: "string", enum: ["high", "low", "both"], default: "both" },
    },
  },
  "x-group": "composition",
};

export const controlNet: Schema = {
  type: "array",
  minItems: 1,
  items: {
    type: "object",
    required: ["model", "guideImage"],
    additionalProperties: false,
    properties: {
      model: controlNetAir,
      guideImage: image,
      weight,
      controlMode: { type: "string", enum: ["balanced", "controlnet", "prompt"], default: "balanced" },
      startStep: { type: "integer", minimum: 0 },
      startStepPercentage: { type: "integer", minimum: 0, maximum: 99, "x-unit": "%" },
      endStep: { type: "integer", minimum: 1 },
      endStepPercentage: { type: "integer", minimum: 1, maximum: 100, "x-unit": "%" },
    },
    allOf: [oneOfTwo("startStep", "startStepPercentage"), oneOfTwo("endStep", "endStepPercentage")],
  },
  "x-group": "composition",
};

export const ipAdapters: Schema = {
  type: "array",
  minItems: 1,
  items: {
    type: "object",
    required: ["model", "guideImages"],
    additionalProperties: false,
    properties: {
      model: ipAdapterAir,
      guideImages: imageList,
      weight,
      combineMethod: {
        type: "string",
        enum: ["concat", "add", "subtract", "average", "norm_average"],
        default: "concat",
      },
      embedScaling: {
        type: "string",
        enum: ["only_v", "kv", "kv_penalty_c", "k_mean_v_penalty_c"],
        default: "kv",
      },
      weightType: {
        type: "string",
        enum: [
          "normal",
          "ease_in",
          "ease_out",
          "ease_in_out",
          "weak_input",
          "weak_output",
          "weak_middle",
          "strong_middle",
          "style_transfer",
          "composition",
          "strong_style_transfer",
          "style_and_composition",
          "strong_style_and_composition",
        ],
        default: "normal",
      },
      weightComposition: { type: "number", minimum: 0, maximum: 1, multipleOf: 0.01 },
    },
  },
  "x-group": "composition",
};

export const pulid: Schema = {
  type: "object",
  required: ["images"],
  additionalProperties: false,
  properties: {
    images: oneImageList,
    idWeight: { type: "number", minimum: 0, maximum: 3, multipleOf: 0.01, default: 1 },
    trueCFGScale: { type: "number", minimum: 0, maximum: 10, multipleOf: 0.1 },
    CFGstartStep: { type: "integer", minimum: 0 },
    CFGstartStepPercentage: { type: "integer", minimum: 0, maximum: 99, "x-unit": "%" },
  },
  allOf: [oneOfTwo("CFGstartStep", "CFGstartStepPercentage")],
  "x-group": "composition",
};

/** When masks belong to it is a rule of its own: `rules/ace-plus-plus.ts`. */
export const acePlusPlus: Schema = {
  type: "object",
  required: ["images"],
  additionalProperties: false,
  properties: {
    // Sent always: to a validator that goes by Runware's schema to the letter, a missing type asks for masks.
    type: {
      type: "string",
      enum: ["portrait", "subject", "local_editing"],
      default: "portrait",
      "x-sent": "portrait",
    },
    images: oneImageList,
    masks: oneImageList,
    repaintingScale: { type: "number", minimum: 0, maximum: 1, multipleOf: 0.01, default: 0 },
  },
  "x-group": "composition",
};
