import { STANDARD_SIDE } from "../fragments/fal/size";
import { member, warning } from "./reading";
import type { Rule } from "./rule";

const sides = ["width", "height"] as const;

/** A side that is not given is not made to fit the other: fal has a fixed size for it. */
export const sideLeftOut: Rule = function* ({ image_size }) {
  if (typeof image_size !== "object" || image_size === null) return;
  for (const side of sides) {
    if (member(image_size, side) !== undefined) continue;
    const told = { key: "sideLeftOut", values: { pixels: STANDARD_SIDE } };
    yield warning(`image_size.${side}`, told, `image_size.${side} is not given: fal makes it ${STANDARD_SIDE} pixels.`);
  }
};
