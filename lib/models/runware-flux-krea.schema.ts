import { acePlusPlus, controlNet, ipAdapters, lora, pulid } from "./fragments/composition";
import { acceleratorOptions, hiresFix, layerDiffuse, ultralyticsWithInpaintSize } from "./fragments/features";
import { maskMargin, outpaint, seedAndMask, strength } from "./fragments/image-to-image";
import { delivery, output } from "./fragments/output";
import { prompts, promptWeighting } from "./fragments/prompt";
import { CFGScale, scheduler, seed, steps, trueCFGScale } from "./fragments/sampling";
import type { ModelSchema } from "./fragments/schema";
import { size } from "./fragments/size";
import { task, taskRequired } from "./fragments/task";

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
