import type { Mode } from "../../lib/models/model";

/** The example input of each endpoint, as fal's pages show it (fal.ai/models/fal-ai/flux/srpo). */
export const falExamples: Readonly<Record<Mode, Record<string, unknown>>> = {
  "text-to-image": {
    prompt:
      "Mountain guide, sturdy build, wilderness wisdom, alert gaze, technical outdoor gear with rope coils, snow-capped peaks background, crisp mountain lighting, leading pose, wind-swept hair with full beard, weather-worn face with quiet confidence, alpine expert presence",
    image_size: "landscape_4_3",
    num_inference_steps: 28,
    guidance_scale: 4.5,
    sync_mode: false,
    num_images: 1,
    enable_safety_checker: true,
    output_format: "jpeg",
    acceleration: "none",
  },
  "image-to-image": {
    image_url: "https://fal.media/files/koala/Chls9L2ZnvuipUTEwlnJC.png",
    strength: 0.95,
    num_inference_steps: 40,
    prompt: "A cat dressed as a wizard with a background of a mystic forest.",
    guidance_scale: 4.5,
    sync_mode: false,
    num_images: 1,
    enable_safety_checker: true,
    output_format: "jpeg",
    acceleration: "none",
  },
};
