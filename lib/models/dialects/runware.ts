import { v4 as newUuid } from "uuid";
import type { Dialect, Spelling } from "./dialect";

/**
 * How Runware's own examples and older clients write parameters, and how its schema does. In this order: a parent's
 * name is put right before its members'.
 */
const spellings: readonly Spelling[] = [
  { within: "", written: ["puLID"], schema: ["pulid"] },
  { within: "pulid", written: ["inputImages"], schema: ["images"] },
  { within: "pulid", written: ["CFGStartStep"], schema: ["CFGstartStep"] },
  { within: "pulid", written: ["CFGStartStepPercentage"], schema: ["CFGstartStepPercentage"] },
  { within: "", written: ["advancedFeatures", "layerDiffuse"], schema: ["layerDiffuse"] },
  { within: "", written: ["advancedFeatures", "hiresFix"], schema: ["hiresFix"] },
  { within: "", written: ["seedImage"], schema: ["inputs", "seedImage"] },
  { within: "", written: ["maskImage"], schema: ["inputs", "maskImage"] },
  { within: "", written: ["referenceImages"], schema: ["inputs", "referenceImages"] },
  { within: "acceleratorOptions", written: ["fbcache"], schema: ["fbCache"] },
  { within: "acePlusPlus", written: ["inputImages"], schema: ["images"] },
  { within: "acePlusPlus", written: ["inputMasks"], schema: ["masks"] },
  { within: "ipAdapters[]", written: ["guideImage"], schema: ["guideImages"], single: true },
];

const TASK_TYPE = "imageInference";

/** Content types by `outputFormat`; JPG is the default. */
const contentTypes: Readonly<Record<string, string>> = { JPG: "image/jpeg", PNG: "image/png", WEBP: "image/webp" };

export const runware: Dialect = {
  provider: "runware",
  title: "Runware",
  titled: (title) => title,
  promptParameter: "positivePrompt",
  countParameter: "numberResults",
  spellings,
  taskNames: [
    { parameter: "taskUUID" },
    { parameter: "taskType", only: () => TASK_TYPE, meaning: () => "runs" },
    { parameter: "model", only: ({ id }) => id, meaning: ({ title }) => `is ${title} and runs` },
  ],
  never: new Map(),
  fixed: ({ id }) => ({ model: id }),
  standIn: { taskType: TASK_TYPE, taskUUID: "00000000-0000-4000-8000-000000000000" },
  nullMeansNone: [],
  answerForm: {
    parameter: "outputType",
    /**
     * A Buffer is cheapest to make from a URL that is fetched when the picture is ready, except where the answer waits
     * for the picture anyway.
     */
    valueFor: (output, { deliveryMethod, ttl }) => {
      if (output === "base64") return "base64Data";
      if (output === "dataURI") return "dataURI";
      return output === "buffer" && deliveryMethod === "sync" && ttl === undefined ? "base64Data" : "URL";
    },
    warningsFor: () => [],
  },
  inputPictures: { largestInside: 256 * 1024, needsDataUri: false, placeholder: newUuid },
  expectedPicture: (_model, { outputFormat, width, height, hiresFix }) => ({
    contentType: contentTypes[String(outputFormat ?? "JPG")] ?? "application/octet-stream",
    // With hires fix the picture is larger than what was asked for, and nobody says by how much.
    ...(!hiresFix && typeof width === "number" && typeof height === "number" && { width, height }),
  }),
};
