import type { ParameterSet } from "../model";
import { readPath, removeAt, valueAt } from "../paths";
import type { FluxRequest } from "../request";

/** The pairs of a model's parameters that exclude each other, outside of lists: those are replaced as a whole. */
export const exclusivePairs = ({ facts }: ParameterSet): (readonly [string, string])[] =>
  (facts.exclusive ?? []).filter(([first]) => !first.includes("[]"));

/**
 * Takes out of the dialog, in place, the half of a pair that only the dialog gives, where `msg.flux` gives the other: a
 * message's value replaces the dialog's, in whichever of the two ways it is written.
 */
export const giveWay = (model: ParameterSet, dialog: FluxRequest, flux: FluxRequest): void => {
  const isGiven = (path: string): boolean => valueAt(flux, readPath(path)) !== undefined;
  for (const [first, second] of exclusivePairs(model)) {
    if (isGiven(first) === isGiven(second)) continue;
    removeAt(dialog, readPath(isGiven(first) ? second : first));
  }
};
