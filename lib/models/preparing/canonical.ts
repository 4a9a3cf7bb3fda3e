import type { Leaf, ParameterSet } from "../model";
import { parametersOf } from "../parameters";
import { generalPath, plainValues, replaceAt, writePath } from "../paths";
import type { FluxRequest } from "../request";

/** A number where a number keeps every digit, otherwise the digits. */
const exact = (seed: bigint): number | string => (seed <= Number.MAX_SAFE_INTEGER ? Number(seed) : String(seed));

/** The one form of a seed; undefined when it is none. */
const canonicalSeed = (value: unknown, { minimum = 0, largest = "0" }: Leaf): number | string | undefined => {
  const whole =
    typeof value === "bigint"
      ? value
      : typeof value === "string" && (minimum < 0 ? /^-?[0-9]{1,40}$/ : /^[0-9]{1,40}$/).test(value)
        ? BigInt(value)
        : typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 64
          ? BigInt(value)
          : undefined;
  return whole !== undefined && whole >= BigInt(minimum) && whole <= BigInt(largest) ? exact(whole) : undefined;
};

/** How far a number may lie beside a step: what arithmetic in floating point leaves, and the last bits of the sum itself. */
const BESIDE = 1e-9 + 1e-14;

/** The step that a number stands on or right beside; undefined when it stands between steps. */
const onStep = (value: number, step: number): number | undefined => {
  const decimals = (String(step).split(".")[1] ?? "").length;
  const nearest = Number((Math.round(value / step) * step).toFixed(decimals));
  // Adding 0 turns -0 into 0.
  return Math.abs(value - nearest) <= BESIDE ? nearest + 0 : undefined;
};

/** The step of a parameter's numbers: whole numbers have one without saying so. */
const stepOf = ({ kind, step, choices = [] }: Leaf): number | undefined => {
  const isWhole = kind === "integer" || (choices.length > 0 && choices.every(Number.isInteger));
  return step ?? (isWhole ? 1 : undefined);
};

const canonical = (value: unknown, leaf: Leaf): unknown => {
  if (leaf.kind === "seed") return canonicalSeed(value, leaf);
  const step = stepOf(leaf);
  return step !== undefined && typeof value === "number" && Number.isFinite(value) ? onStep(value, step) : undefined;
};

/**
 * Gives seeds and stepped numbers the one form that goes on the wire, in place. What is neither stays as it is, for the
 * schema to complain about.
 * @returns warnings
 */
export const canonicaliseNumbers = (model: ParameterSet, request: FluxRequest): string[] => {
  const { leaves } = parametersOf(model);
  const warnings: string[] = [];
  for (const { path, value } of plainValues(request)) {
    const leaf = leaves.get(generalPath(path));
    const form = leaf && canonical(value, leaf);
    if (leaf === undefined || form === undefined) continue;
    replaceAt(request, path, form);
    if (leaf.kind === "seed" && typeof value === "number" && typeof form === "string") {
      warnings.push(
        `${writePath(path)} is sent as ${form}: a number of that size may have lost digits before it came here. Give seeds above 9007199254740991 as a string.`,
      );
    }
  }
  return warnings;
};
