import { acePlusPlus, controlNet, ipAdapters, lora, pulid } from "./fragments/runware/composition";
import { acceleratorOptions, hiresFix, layerDiffuse, ultralyticsWithInpaintSize } from "./fragments/runware/features";
import { maskMargin, outpaint, seedAndMask, strength } from "./fragments/runware/image-to-image";
import { delivery, output } from "./fragments/runware/output";
import { prompts, promptWeighting } from "./fragments/runware/prompt";
import { CFGScale, scheduler, seed, steps, trueCFGScale } from "./fragments/runware/sampling";
import { size } from "./fragments/runware/size";
import { task, taskRequired } from "./fragments/runware/task";
import type { ModelSchema } from "./fragments/schema";

/** Runware's FLUX.1 Krea [dev]. Source: https://runware.ai/docs/models/krea-flux-1-krea-dev. */
export const schema: ModelSchema = {
  type: "object",
  required: [...taskRequired, "width", "height"],
  additionalProperties: false,
  properties: {
    ...task("runware:107@1"),
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
    ultralytics: ultralyticsWithInpaintSize,
    ...output,
    ...delivery,
    acceleratorOptions,
  },
};
