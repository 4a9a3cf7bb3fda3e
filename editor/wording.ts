import type { Leaf, Mode } from "../lib/models/model";
import type { Translate } from "./node-red";

/** `lora[].weight` -> the catalogue's `parameters.lora.weight`. */
const keyOf = (pattern: string): string => `parameters.${pattern.replaceAll("[]", "")}`;

/** Whose catalogue has what the build did not write into that of each node. */
const SHARED = "@fluxwire/node-red-flux/flux-sidebar";

/** A text about a parameter: the node's own, else the one that all nodes share; undefined where there is none. */
const textOf = (key: string, t: Translate): string | undefined => {
  const shared = `${SHARED}:${key}`;
  for (const place of [key, shared]) {
    const text = t(place);
    // What is not found comes back as the key, with or without its catalogue.
    if (text !== key && text !== shared) return text;
  }
  return undefined;
};

export const labelOf = (pattern: string, t: Translate): string =>
  textOf(`${keyOf(pattern)}.label`, t) ?? pattern.replaceAll("[]", "").split(".").at(-1) ?? pattern;

export const helpOf = (pattern: string, t: Translate): string => textOf(`${keyOf(pattern)}.help`, t) ?? "";

/** A parameter named with everything that it is in: `lora.1.weight` -> "LoRA 2 Weight". */
export const fullLabel = (path: string, t: Translate): string => {
  const words: string[] = [];
  let pattern = "";
  for (const segment of path.split(".")) {
    if (/^\d+$/.test(segment)) {
      words.push(String(Number(segment) + 1));
      pattern += "[]";
    } else {
      pattern += pattern === "" ? segment : `.${segment}`;
      words.push(labelOf(pattern, t));
    }
  }
  return words.join(" ");
};

/** Whether nothing goes without it: where its object is there, and no default holds. */
export const isNeeded = (leaf: Leaf): boolean => leaf.required === true && leaf.default === undefined;

const rangeOf = ({ minimum, maximum, largest, unit, kind, minLength, maxLength }: Leaf, t: Translate): string => {
  const inUnit = (value: number): string => (unit ? `${value} ${unit}` : String(value));
  if (kind === "seed") return t("ranges.between", { minimum: minimum ?? 0, maximum: largest });
  if (minLength !== undefined && maxLength !== undefined) {
    return t("ranges.length", { minimum: minLength, maximum: maxLength });
  }
  if (minimum !== undefined && maximum !== undefined) {
    return t("ranges.between", { minimum, maximum: inUnit(maximum) });
  }
  if (minimum !== undefined) return t("ranges.from", { minimum: inUnit(minimum) });
  if (maximum !== undefined) return t("ranges.upTo", { maximum: inUnit(maximum) });
  return kind === "integer" ? t("ranges.whole") : "";
};

/** "128 to 2048 px in steps of 16, default 1024". */
const rangeAndDefault = (leaf: Leaf, t: Translate): string => {
  const { step, kind } = leaf;
  const steps = step === undefined || (kind === "integer" && step === 1) ? "" : t("ranges.step", { step });
  const inSteps = [rangeOf(leaf, t), steps].filter((part) => part !== "").join(" ");
  const preset = leaf.default === undefined ? "" : t("ranges.default", { value: leaf.default });
  return [inSteps, preset].filter((part) => part !== "").join(", ");
};

/**
 * What a parameter takes, in a few words: range and default, in which mode it counts, or those of both modes where they
 * differ. Empty where nothing needs saying.
 */
export const limitsOf = (leaf: Leaf, t: Translate): string => {
  const { byMode, mode } = leaf;
  if (byMode) {
    const { minimum: _minimum, maximum: _maximum, default: _default, ...common } = leaf;
    const inMode = (one: Mode): string => rangeAndDefault({ ...common, ...byMode[one] }, t);
    return t("ranges.byMode", { withoutPicture: inMode("text-to-image"), withPicture: inMode("image-to-image") });
  }
  const only = mode === undefined ? "" : t("ranges.onlyInMode", { mode: t(`dialog.${mode}`) });
  return [only, rangeAndDefault(leaf, t)].filter((part) => part !== "").join("; ");
};

/** What stands beside a field: its limits, without the default where the field is a list that shows it. */
export const hintOf = (leaf: Leaf, t: Translate): string => {
  const isChosen = leaf.choices !== undefined || leaf.kind === "boolean";
  return limitsOf(isChosen ? { ...leaf, default: undefined } : leaf, t);
};

/**
 * A choice in words, where the catalogue has them under the choice as a word: "runware:25@1" is its `runware_25_1`.
 */
export const choiceLabel = (pattern: string, choice: string, t: Translate): string =>
  // Anything but a word may mean something to the lookup itself: "runware:25@1", "a.b".
  textOf(`${keyOf(pattern)}.choices.${choice.replaceAll(/\W+/g, "_")}`, t) ?? choice;
