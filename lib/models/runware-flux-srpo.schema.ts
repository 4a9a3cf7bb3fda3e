import { acePlusPlus, controlNet, ipAdapters, lora, pulid } from "./fragments/runware/composition";
import { acceleratorOptions, hiresFix, layerDiffuse, ultralytics } from "./fragments/runware/features";
import { maskMargin, outpaint, seedAndMask, strength } from "./fragments/runware/image-to-image";
import { delivery, output } from "./fragments/runware/output";
import { prompts, promptWeighting } from "./fragments/runware/prompt";
import { CFGScale, scheduler, seed, steps, trueCFGScale } from "./fragments/runware/sampling";
import { size, sizeInPairs } from "./fragments/runware/size";
import { task, taskRequired } from "./fragments/runware/task";
import type { ModelSchema } from "./fragments/schema";

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
