import type { Leaf, ParameterSet } from "../../lib/models/model";
import { parametersOf } from "../../lib/models/parameters";

/*
 * Values that stand in for those that are not known before a message comes: each is one that its parameter takes. What is
 * said of them is not shown; they only keep the rest from being misjudged.
 */

const ADDRESS = "https://stand-in.invalid/picture.png";

const ofLeaf = (
  { kind, choices, default: standard, minimum, maximum, minLength = 1 }: Leaf,
  number: number,
): unknown => {
  switch (kind) {
    case "integer":
    case "number":
      return standard ?? minimum ?? maximum ?? 1;
    case "boolean":
      return choices?.[0] ?? true;
    case "choice":
      return standard ?? choices?.[0];
    case "seed":
      return 1;
    case "image":
    case "url":
      return ADDRESS;
    case "model":
      return `stand-in:${number}@1`;
    case "prompt":
    case "text":
      return "-".repeat(Math.max(minLength, 2));
  }
};

/**
 * A value that the parameter at a pattern takes: with a list at least one element, with an object what it needs.
 *
 * @param number keeps stand-ins for models from being the same.
 */
export const standIn = (model: ParameterSet, pattern: string, number: number): unknown => {
  const { leaves, lists, objects, members } = parametersOf(model);
  const leaf = leaves.get(pattern);
  if (leaf) return ofLeaf(leaf, number);
  if (lists.has(pattern)) return [standIn(model, `${pattern}[]`, number)];
  if (!objects.has(pattern)) return "-";
  const needed = (members.get(pattern) ?? []).filter((name) => {
    const path = `${pattern}.${name}`;
    return (leaves.get(path) ?? lists.get(path))?.required;
  });
  return Object.fromEntries(needed.map((name) => [name, standIn(model, `${pattern}.${name}`, number)]));
};
