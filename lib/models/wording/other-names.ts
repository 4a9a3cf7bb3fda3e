import type { Dialect } from "../dialects/dialect";
import type { ParameterSet } from "../model";
import { knows } from "../parameters";
import { isObject } from "../preparing/merge";

/** One thing, and what each provider calls it. A provider with several names has the most telling one first. */
const sameThings: readonly Readonly<Record<Dialect["provider"], readonly string[]>>[] = [
  { runware: ["positivePrompt"], fal: ["prompt"] },
  { runware: ["width"], fal: ["image_size.width"] },
  { runware: ["height"], fal: ["image_size.height"] },
  { runware: ["width and height"], fal: ["image_size"] },
  { runware: ["steps"], fal: ["num_inference_steps"] },
  { runware: ["CFGScale"], fal: ["guidance_scale"] },
  { runware: ["numberResults"], fal: ["num_images"] },
  { runware: ["outputFormat"], fal: ["output_format"] },
  { runware: ["outputType"], fal: ["sync_mode"] },
  { runware: ["safety.checkContent", "safety", "checkNSFW"], fal: ["enable_safety_checker"] },
  {
    runware: ["inputs.seedImage", "inputs.referenceImages", "inputs", "seedImage", "referenceImages"],
    fal: ["image_url"],
  },
];

/**
 * What this model's provider calls a parameter that another provider has under this name: "fal calls it guidance_scale".
 * undefined where it has no such thing.
 */
export const otherName = (model: ParameterSet, parameter: string, value: unknown): string | undefined => {
  const { provider, title } = model.dialect;
  // `inputs` may hold several things: the first that is in the table tells.
  const inner = isObject(value) ? Object.keys(value).map((member) => `${parameter}.${member}`) : [];
  for (const name of [...inner, parameter]) {
    const thing = sameThings.find((names) =>
      Object.entries(names).some(([other, theirs]) => other !== provider && theirs.includes(name)),
    );
    const ours = thing?.[provider] ?? [];
    const found = ours.find((candidate) => knows(model, candidate)) ?? ours[0];
    if (found !== undefined) return `${title} calls ${name === parameter ? "it" : name} ${found}`;
  }
  return undefined;
};
