import { error, member, numberIn, warning } from "./reading";
import type { Rule } from "./rule";

const hasSeedImage = (inputs: unknown): boolean => member(inputs, "seedImage") !== undefined;

export const maskNeedsSeedImage: Rule = function* ({ inputs }) {
  if (member(inputs, "maskImage") === undefined || hasSeedImage(inputs)) return;
  const told = { key: "maskNeedsPicture", others: { picture: "inputs.seedImage" } };
  yield error("inputs.maskImage", told, "inputs.maskImage marks a region of inputs.seedImage, which is missing.", {
    missing: "inputs.seedImage",
  });
};

export const strengthWithoutSeedImage: Rule = function* ({ strength, inputs }) {
  if (strength === undefined || hasSeedImage(inputs)) return;
  const told = { key: "noEffectWithout", others: { other: "inputs.seedImage" } };
  yield warning("strength", told, "strength has no effect without inputs.seedImage.");
};

export const maskMarginWithoutMask: Rule = function* ({ maskMargin, inputs }) {
  if (maskMargin === undefined || member(inputs, "maskImage") !== undefined) return;
  const told = { key: "noEffectWithout", others: { other: "inputs.maskImage" } };
  yield warning("maskMargin", told, "maskMargin has no effect without inputs.maskImage.");
};

const sides = [
  { size: "width", first: "left", second: "right" },
  { size: "height", first: "top", second: "bottom" },
] as const;

/** An outpainted picture is the seed image plus its extensions, in both directions. */
export const outpaintFits: Rule = function* (request, sizeAt) {
  const { outpaint, inputs } = request;
  if (typeof outpaint !== "object" || outpaint === null) return;
  if (!hasSeedImage(inputs)) {
    const told = { key: "extensionNeeds", others: { other: "inputs.seedImage" } };
    yield error("outpaint", told, "outpaint extends inputs.seedImage, which is missing.", {
      missing: "inputs.seedImage",
    });
  }
  const seedSize = sizeAt("inputs.seedImage");
  for (const { size, first, second } of sides) {
    if (request[size] === undefined) {
      const told = { key: "extensionNeeds", others: { other: size } };
      yield error(
        "outpaint",
        told,
        `outpaint needs ${size}: the ${size} of the finished picture, extensions included.`,
        {
          missing: size,
        },
      );
      continue;
    }
    const total = numberIn(request, size);
    if (total === undefined) continue;
    const extension = (numberIn(outpaint, first) ?? 0) + (numberIn(outpaint, second) ?? 0);
    const others = { size, first: `outpaint.${first}`, second: `outpaint.${second}` };
    const sum = `outpaint.${first} and outpaint.${second} add up to ${extension}`;
    if (extension >= total) {
      const told = { key: "extensionTooLarge", values: { extension, total }, others };
      yield error("outpaint", told, `${sum}, but must stay below the ${size}, which is ${total}.`, {
        value: extension,
        allowed: `below ${total}`,
      });
    } else if (seedSize && seedSize[size] + extension !== total) {
      yield error(
        size,
        {
          key: "extensionMismatch",
          values: { extension, picture: seedSize[size], expected: seedSize[size] + extension },
          others: { ...others, image: "inputs.seedImage" },
        },
        `${size} is ${total}, but the seed image is ${seedSize[size]} px in ${size} and ${sum}: ${size} must be ${seedSize[size] + extension}.`,
        { value: total, allowed: String(seedSize[size] + extension) },
      );
    }
  }
};
