import { image } from "./fragments/runware/image";
import { delivery, output } from "./fragments/runware/output";
import { preprocessorModel, preprocessors } from "./fragments/runware/preprocessors";
import type { ModelSchema } from "./fragments/schema";

const { outputFormat, outputType } = output;

/**
 * Runware's preprocessors, which make the guide image for a ControlNet out of a picture. Source: the model pages
 * `controlnet-preprocess-<kind>` at runware.ai/docs/models; what ranges the thresholds have is not written there;
 * other clients and OpenCV, whose defaults these are, have them from 0 to 255.
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
      enum: preprocessors.map(preprocessorModel),
      default: preprocessorModel("canny"),
      "x-sent": preprocessorModel("canny"),
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
