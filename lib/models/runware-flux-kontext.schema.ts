import { ipAdapters, lora } from "./fragments/runware/composition";
import { acceleratorOptions, ultralytics } from "./fragments/runware/features";
import { imageList } from "./fragments/runware/image";
import { delivery, output } from "./fragments/runware/output";
import { prompts } from "./fragments/runware/prompt";
import { CFGScale, scheduler, seed, steps, trueCFGScale } from "./fragments/runware/sampling";
import { sizeInPairs, unboundedSize } from "./fragments/runware/size";
import { task, taskRequired } from "./fragments/runware/task";
import type { ModelSchema } from "./fragments/schema";

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
