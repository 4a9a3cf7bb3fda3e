import type { Leaf } from "../model";
import { nameOf, type Place, put } from "../places";

/** A number where a number keeps every digit, otherwise the digits. */
const exact = (seed: bigint): number | string => (seed <= Number.MAX_SAFE_INTEGER ? Number(seed) : String(seed));

/** The one form of a seed; undefined when it is none. */
const canonicalSeed = (value: unknown, { minimum = 0, largest = "0" }: Leaf): number | string | undefined => {
  if (typeof value === "number" && Number.isSafeInteger(value)) {
    return value >= minimum && value <= Number(largest) ? value + 0 : undefined;
  }
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

/** How a parameter's numbers are stepped: 0.25 has two decimals, and is 25 of 100. */
interface Step {
  step: number;
  decimals: number;
  units: number;
  scale: number;
}

/** Larger numbers leave too few bits for what is lost in a division. */
const SMALL = 2 ** 40;

/** The step that a number stands on or right beside; undefined when it stands between steps. */
const onStep = (value: number, { step, decimals, units, scale }: Step): number | undefined => {
  // Adding 0 turns -0 into 0.
  const whole = Math.round(value * scale);
  // What its digits say is this quotient: most numbers are there already, and writing them takes its time.
  if (whole / scale === value && whole % units === 0 && Math.abs(whole) < SMALL) return value + 0;
  const nearest = Number((Math.round(value / step) * step).toFixed(decimals));
  return Math.abs(value - nearest) <= BESIDE ? nearest + 0 : undefined;
};

const readStep = ({ kind, step: stated, choices = [] }: Leaf): Step | "none" => {
  const isWhole = kind === "integer" || (choices.length > 0 && choices.every(Number.isInteger));
  const step = stated ?? (isWhole ? 1 : undefined);
  if (step === undefined) return "none";
  const decimals = (String(step).split(".")[1] ?? "").length;
  const scale = 10 ** decimals;
  return { step, decimals, units: Math.round(step * scale), scale };
};

const steps = new WeakMap<Leaf, Step | "none">();

/** The step of a parameter's numbers: whole numbers have one without saying so. */
const stepOf = (leaf: Leaf): Step | "none" => {
  const step = steps.get(leaf) ?? readStep(leaf);
  steps.set(leaf, step);
  return step;
};

const canonical = (value: unknown, leaf: Leaf): unknown => {
  if (leaf.kind === "seed") return canonicalSeed(value, leaf);
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const step = stepOf(leaf);
  return step === "none" ? undefined : onStep(value, step);
};

/**
 * Gives seeds and stepped numbers the one form that goes on the wire, in place. What is neither stays as it is, for the
 * schema to complain about.
 * @returns warnings
 */
export const canonicaliseNumbers = (places: readonly Place[]): string[] => {
  const warnings: string[] = [];
  for (const place of places) {
    const { leaf, value } = place;
    const form = leaf && canonical(value, leaf);
    if (leaf === undefined || form === undefined) continue;
    if (!Object.is(form, value)) put(place, form);
    if (leaf.kind === "seed" && typeof value === "number" && typeof form === "string") {
      warnings.push(
        `${nameOf(place)} is sent as ${form}: a number of that size may have lost digits before it came here. Give seeds above 9007199254740991 as a string.`,
      );
    }
  }
  return warnings;
};
