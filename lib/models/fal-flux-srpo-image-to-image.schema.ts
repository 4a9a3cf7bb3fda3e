import { acceleration, output, prompt, sampling, steps } from "./fragments/fal/common";
import { image_url, strength } from "./fragments/fal/image";
import type { ModelSchema } from "./fragments/schema";

/** fal's FLUX.1 SRPO [dev], image to image. Source: https://fal.ai/models/fal-ai/flux/srpo/image-to-image/api. */
export const schema: ModelSchema = {
  type: "object",
  required: ["prompt", "image_url"],
  additionalProperties: false,
  properties: {
    prompt,
    image_url,
    strength,
    num_inference_steps: steps(10, 40),
    ...sampling,
    ...output,
    acceleration,
  },
};
