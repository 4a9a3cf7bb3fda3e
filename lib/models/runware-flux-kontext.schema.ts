import { ipAdapters, lora } from "./fragments/composition";
import { acceleratorOptions, ultralytics } from "./fragments/features";
import { imageList } from "./fragments/image";
import { delivery, output } from "./fragments/output";
import { prompts } from "./fragments/prompt";
import { CFGScale, scheduler, seed, steps, trueCFGScale } from "./fragments/sampling";
import type { ModelSchema } from "./fragments/schema";
import { sizeInPairs, unboundedSize } from "./fragments/size";
import { task, taskRequired } from "./fragments/task";

/** Runware's FLUX.1 Kontext [dev], which edits pictures. Source: its model page at runware.ai/docs/models. */
export const schema: ModelSchema = {
  type: "object",
  required: taskRequired,
  additionalProperties: false,
  dependentRequired: sizeInPairs,
  properties: {
    ...task("runware:106@1"),
    ...prompts,
    ...unboundedSize,
    steps,
    CFGScale,
    trueCFGScale,
    scheduler,
    seed,
    inputs: {
      type: "object",
      additionalProperties: false,
      properties: { referenceImages: imageList },
      "x-group": "image",
    },
    lora,
    ipAdapters,
    ultralytics,
    ...output,
    ...delivery,
    acceleratorOptions,
  },
};
