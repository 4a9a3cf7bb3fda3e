import type { ParameterSet } from "../model";
import { parametersOf } from "../parameters";
import { readPath, removeAt, valueAt } from "../paths";
import type { FluxRequest } from "../request";

/** The service takes a step or the same as a percentage, and names the latter after the former. */
const asPercentage = (path: string): string => `${path}Percentage`;

/** The pairs of a model's parameters that exclude each other, outside of lists: those are replaced as a whole. */
export const exclusivePairs = (model: ParameterSet): [step: string, percentage: string][] => {
  const { leaves } = parametersOf(model);
  return [...leaves.keys()].flatMap((path): [string, string][] =>
    leaves.has(asPercentage(path)) && !path.includes("[]") ? [[path, asPercentage(path)]] : [],
  );
};

/**
 * Takes out of the dialog, in place, the half of a pair that only the dialog gives, where `msg.flux` gives the other: a
 * message's value replaces the dialog's, in whichever of the two ways it is written.
 */
export const giveWay = (model: ParameterSet, dialog: FluxRequest, flux: FluxRequest): void => {
  const isGiven = (path: string): boolean => valueAt(flux, readPath(path)) !== undefined;
  for (const [step, percentage] of exclusivePairs(model)) {
    if (isGiven(step) === isGiven(percentage)) continue;
    removeAt(dialog, readPath(isGiven(step) ? percentage : step));
  }
};
