import { pulidGuidanceConflicts } from "./identity";
import type { Values } from "./params";

/** IP-Adapters that Runware lists for Stable Diffusion. */
const otherFamily = /^runware:55@/;

/** An object whose picture this node leaves to the message. */
const lacksPicture = (parameter: string, values: Values): boolean =>
  !values.has(parameter) && ![...values.keys()].some((path) => path.startsWith(`${parameter}.images`));

/**
 * What an author should know about the values of a parameter: texts of the catalogue's `composition.notes`.
 *
 * @param isAdded to what the message has.
 */
export const compositionNotes = (parameter: string, values: Values, isAdded: boolean): string[] => {
  const isIdentity = parameter === "pulid" || parameter === "acePlusPlus";
  const isOther = [...values].some(
    ([path, { value }]) => /^ipAdapters\.\d+\.model$/.test(path) && otherFamily.test(value),
  );
  return [
    ...(isIdentity && isAdded && lacksPicture(parameter, values) ? ["pictureElsewhere"] : []),
    ...(parameter === "acePlusPlus" ? ["acePlusPlusModel"] : []),
    ...(parameter === "pulid" && pulidGuidanceConflicts(values) ? ["pulidGuidance"] : []),
    ...(parameter === "ipAdapters" && isOther ? ["otherIpAdapter"] : []),
  ];
};
