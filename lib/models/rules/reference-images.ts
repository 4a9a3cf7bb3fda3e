import { elements, member, numberIn, warning } from "./reading";
import type { Rule } from "./rule";

/** Kontext edits pictures; without one it makes something up. */
export const noReferenceImages: Rule = function* ({ inputs }) {
  if (elements(member(inputs, "referenceImages")).length > 0) return;
  yield warning(
    "inputs.referenceImages",
    { key: "noReferenceImages" },
    "inputs.referenceImages is not set: this model edits pictures, and has none to edit.",
  );
};

/** Kontext's document has no bounds; what its sister models ask for is the safe side. */
export const unusualSize: Rule = function* (request) {
  for (const size of ["width", "height"]) {
    const pixels = numberIn(request, size);
    if (pixels === undefined || (pixels >= 128 && pixels <= 2048 && pixels % 16 === 0)) continue;
    yield warning(
      size,
      { key: "unusualSize", values: { step: 16, minimum: 128, maximum: 2048 } },
      `${size} is ${pixels}: the service may refuse or round what is not a multiple of 16 from 128 to 2048.`,
    );
  }
};
