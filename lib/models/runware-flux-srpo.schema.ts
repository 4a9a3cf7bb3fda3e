import { acePlusPlus, controlNet, ipAdapters, lora, pulid } from "./fragments/composition";
import { acceleratorOptions, hiresFix, layerDiffuse, ultralytics } from "./fragments/features";
import { maskMargin, outpaint, seedAndMask, strength } from "./fragments/image-to-image";
import { delivery, output } from "./fragments/output";
import { prompts, promptWeighting } from "./fragments/prompt";
import { CFGScale, scheduler, seed, steps, trueCFGScale } from "./fragments/sampling";
import type { ModelSchema } from "./fragments/schema";
import { size, sizeInPairs } from "./fragments/size";
import { task, taskRequired } from "./fragments/task";

/** Runware's FLUX.1 [dev] SRPO. Source: https://runware.ai/docs/models/flux-1-dev-srpo, OpenAPI form. */
export const schema: ModelSchema = {
  type: "object",
  required: taskRequired,
  additionalProperties: false,
  dependentRequired: sizeInPairs,
  properties: {
    ...task("runware:111@1"),
    ...prompts,
    promptWeighting,
    ...size,
    steps,
    CFGScale,
    trueCFGScale,
    scheduler,
    seed,
    inputs: seedAndMask,
    strength,
    maskMargin,
    outpaint,
    lora,
    controlNet,
    ipAdapters,
    pulid,
    acePlusPlus,
    hiresFix,
    layerDiffuse,
    ultralytics,
    ...output,
    ...delivery,
    acceleratorOptions,
  },
};
