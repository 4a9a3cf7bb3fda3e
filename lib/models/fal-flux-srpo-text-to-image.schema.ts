import { acceleration, output, prompt, sampling, steps } from "./fragments/fal/common";
import { image_size } from "./fragments/fal/size";
import type { ModelSchema } from "./fragments/schema";

/** fal's FLUX.1 SRPO [dev], text to image. Source: https://fal.ai/models/fal-ai/flux/srpo/api. */
export const schema: ModelSchema = {
  type: "object",
  required: ["prompt"],
  additionalProperties: false,
  properties: {
    prompt,
    image_size,
    num_inference_steps: steps(1, 28),
    ...sampling,
    ...output,
    acceleration,
  },
};
