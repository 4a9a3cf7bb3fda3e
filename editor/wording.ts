import type { Leaf } from "../lib/models/model";
import type { Translate } from "./node-red";

/** `lora[].weight` -> the catalogue's `parameters.lora.weight`. */
const keyOf = (pattern: string): string => `parameters.${pattern.replaceAll("[]", "")}`;

export const labelOf = (pattern: string, t: Translate): string => {
  const key = `${keyOf(pattern)}.label`;
  const label = t(key);
  return label === key ? (pattern.replaceAll("[]", "").split(".").at(-1) ?? pattern) : label;
};

export const helpOf = (pattern: string, t: Translate): string => {
  const key = `${keyOf(pattern)}.help`;
  const help = t(key);
  return help === key ? "" : help;
};

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

const rangeOf = ({ minimum, maximum, kind, unit, minLength, maxLength }: Leaf, t: Translate): string => {
  const inUnit = (value: number): string => (unit ? `${value} ${unit}` : String(value));
  if (minLength !== undefined && maxLength !== undefined) {
    return t("ranges.length", { minimum: minLength, maximum: maxLength });
  }
  if (minimum !== undefined && maximum !== undefined) {
    return t("ranges.between", { minimum, maximum: inUnit(maximum) });
  }
  if (kind === "seed") return t("ranges.whole");
  if (minimum !== undefined) return t("ranges.from", { minimum: inUnit(minimum) });
  if (maximum !== undefined) return t("ranges.upTo", { maximum: inUnit(maximum) });
  return kind === "integer" ? t("ranges.whole") : "";
};

/** What a field takes, in a few words: "128 to 2048 px, in steps of 16". Empty where nothing needs saying. */
export const hintOf = (leaf: Leaf, t: Translate): string => {
  const { step, choices, kind } = leaf;
  const isChosen = choices !== undefined || kind === "boolean";
  const parts = [
    rangeOf(leaf, t),
    step !== undefined && step > 1 ? t("ranges.step", { step }) : "",
    leaf.default !== undefined && !isChosen ? t("ranges.default", { value: leaf.default }) : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
};
