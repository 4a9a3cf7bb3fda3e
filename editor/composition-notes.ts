import { pulidGuidanceConflicts } from "./identity";
import type { Values } from "./params";

/** IP-Adapters that Runware lists for Stable Diffusion. */
const otherFamily = /^runware:55@/;

/** What an author should know about the values of a parameter: texts of the catalogue's `composition.notes`. */
export const compositionNotes = (parameter: string, values: Values): string[] => {
  if (parameter === "acePlusPlus") return ["acePlusPlusModel"];
  if (parameter === "pulid" && pulidGuidanceConflicts(values)) return ["pulidGuidance"];
  const isOther = [...values].some(
    ([path, { value }]) => /^ipAdapters\.\d+\.model$/.test(path) && otherFamily.test(value),
  );
  return parameter === "ipAdapters" && isOther ? ["otherIpAdapter"] : [];
};
