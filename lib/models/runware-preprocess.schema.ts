import { image } from "./fragments/runware/image";
import { delivery, output } from "./fragments/runware/output";
import type { ModelSchema } from "./fragments/schema";

/** What a preprocessor can make of a picture; each is a model of Runware's. */
const kinds = [
  "canny",
  "depth",
  "lineart",
  "lineart-anime",
  "mlsd",
  "normalbae",
  "openpose",
  "scribble",
  "seg",
  "shuffle",
  "softedge",
  "tile",
] as const;

const { outputFormat, outputType } = output;

/**
 * Runware's preprocessors, which make the guide image for a ControlNet out of a picture. Source: the model pages
 * `controlnet-preprocess-<kind>` at runware.ai/docs/models; what ranges the thresholds have is not written there.
 */
export const schema: ModelSchema = {
  type: "object",
  required: ["taskType", "taskUUID", "model", "inputs"],
  additionalProperties: false,
  properties: {
    taskType: { type: "string", const: "controlNetPreprocess", "x-group": "advanced", "x-owned": true },
    taskUUID: { type: "string", format: "uuid", "x-group": "advanced", "x-owned": true },
    model: {
      type: "string",
      enum: kinds.map((kind) => `runware:controlnet-preprocess@${kind}`),
      default: "runware:controlnet-preprocess@canny",
      "x-sent": "runware:controlnet-preprocess@canny",
      "x-group": "image",
    },
    inputs: {
      type: "object",
      required: ["image"],
      additionalProperties: false,
      properties: { image },
      "x-group": "image",
    },
    settings: {
      type: "object",
      additionalProperties: false,
      properties: {
        lowThresholdCanny: { type: "integer", minimum: 0, maximum: 255, default: 100 },
        highThresholdCanny: { type: "integer", minimum: 0, maximum: 255, default: 200 },
        includeHandsAndFaceOpenPose: { type: "boolean", default: false },
      },
      "x-group": "features",
    },
    outputFormat,
    outputType,
    ...delivery,
  },
};
