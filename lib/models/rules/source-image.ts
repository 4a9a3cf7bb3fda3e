import { pictureSize } from "../picture";
import { error, member, numberIn, warning } from "./reading";
import type { Rule } from "./rule";

const hasSeedImage = (inputs: unknown): boolean => member(inputs, "seedImage") !== undefined;

export const maskNeedsSeedImage: Rule = function* ({ inputs }) {
  if (member(inputs, "maskImage") === undefined || hasSeedImage(inputs)) return;
  yield error("inputs.maskImage", "inputs.maskImage marks a region of inputs.seedImage, which is missing.", {
    missing: "inputs.seedImage",
  });
};

export const strengthWithoutSeedImage: Rule = function* ({ strength, inputs }) {
  if (strength === undefined || hasSeedImage(inputs)) return;
  yield warning("strength", "strength has no effect without inputs.seedImage.");
};

export const maskMarginWithoutMask: Rule = function* ({ maskMargin, inputs }) {
  if (maskMargin === undefined || member(inputs, "maskImage") !== undefined) return;
  yield warning("maskMargin", "maskMargin has no effect without inputs.maskImage.");
};

const sides = [
  { size: "width", first: "left", second: "right" },
  { size: "height", first: "top", second: "bottom" },
] as const;

/** An outpainted picture is the seed image plus its extensions, in both directions. */
export const outpaintFits: Rule = function* (request, pictureAt) {
  const { outpaint, inputs } = request;
  if (typeof outpaint !== "object" || outpaint === null) return;
  if (!hasSeedImage(inputs)) {
    yield error("outpaint", "outpaint extends inputs.seedImage, which is missing.", { missing: "inputs.seedImage" });
  }
  const picture = pictureAt("inputs.seedImage");
  const seedSize = picture && pictureSize(picture);
  for (const { size, first, second } of sides) {
    if (request[size] === undefined) {
      yield error("outpaint", `outpaint needs ${size}: the ${size} of the finished picture, extensions included.`, {
        missing: size,
      });
      continue;
    }
    const total = numberIn(request, size);
    if (total === undefined) continue;
    const extension = (numberIn(outpaint, first) ?? 0) + (numberIn(outpaint, second) ?? 0);
    const sum = `outpaint.${first} and outpaint.${second} add up to ${extension}`;
    if (extension >= total) {
      yield error("outpaint", `${sum}, but must stay below the ${size}, which is ${total}.`, {
        value: extension,
        allowed: `below ${total}`,
      });
    } else if (seedSize && seedSize[size] + extension !== total) {
      yield error(
        size,
        `${size} is ${total}, but the seed image is ${seedSize[size]} px in ${size} and ${sum}: ${size} must be ${seedSize[size] + extension}.`,
        { value: total, allowed: String(seedSize[size] + extension) },
      );
    }
  }
};
