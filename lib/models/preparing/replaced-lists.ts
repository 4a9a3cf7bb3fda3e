import type { ParameterSet } from "../model";
import { readPath, valueAt } from "../paths";
import type { FluxRequest } from "../request";
import { setBy } from "../wording/violations";
import { type Origins, originsAround } from "./origins";

/**
 * Warns about the dialog's lists that give way to lists that nodes upstream composed: who puts one node behind another
 * may expect the two to add up. A list that a function node wrote replaces the dialog's without a word, as any value does.
 */
export const replacedLists = (
  model: ParameterSet,
  dialog: FluxRequest,
  flux: FluxRequest,
  origins: Origins,
): string[] => {
  if (origins.size === 0) return [];
  return model.facts.lists.flatMap(({ path }) => {
    const isIn = (owner: FluxRequest): boolean => valueAt(owner, readPath(path)) !== undefined;
    const nodes = originsAround(origins, path);
    if (path.includes("[]") || nodes.length === 0 || !isIn(dialog) || !isIn(flux)) return [];
    return [
      `${path} of this node's dialog was left out: the message brings ${path}${setBy(nodes)}, which replaces it.`,
    ];
  });
};
