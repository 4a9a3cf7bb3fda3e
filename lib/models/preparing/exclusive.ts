import type { ParameterSet } from "../model";
import { oncePer } from "../once-per";
import { type Path, readPath, removeAt, valueAt } from "../paths";
import type { FluxRequest } from "../request";

/** The pairs of a model's parameters that exclude each other, outside of lists: those are replaced as a whole. */
export const exclusivePairs = ({ facts }: ParameterSet): (readonly [string, string])[] =>
  (facts.exclusive ?? []).filter(([first]) => !first.includes("[]"));

const exclusivePaths = oncePer((model): (readonly [Path, Path])[] =>
  exclusivePairs(model).map(([first, second]) => [readPath(first), readPath(second)]),
);

/**
 * Takes out of the dialog, in place, the half of a pair that only the dialog gives, where `msg.flux` gives the other: a
 * message's value replaces the dialog's, in whichever of the two ways it is written.
 */
export const giveWay = (model: ParameterSet, dialog: FluxRequest, flux: FluxRequest): void => {
  for (const [first, second] of exclusivePaths(model)) {
    const isFirst = valueAt(flux, first) !== undefined;
    const isSecond = valueAt(flux, second) !== undefined;
    if (isFirst !== isSecond) removeAt(dialog, isFirst ? second : first);
  }
};
