import type { Leaf, ParameterSet } from "../model";
import { parametersOf } from "../parameters";
import type { FluxRequest } from "../request";

/*
 * Values of dialogs and environment variables are strings until told otherwise. A message's values are not touched:
 * "28" in a message is a mistake that its author wants to hear about.
 */

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const LONGEST_NUMBER = 40;

/** The value that a typed text stands for; the text itself where it stands for nothing, undefined where it is empty. */
export const readText = (text: string, leaf: Leaf): unknown => {
  if (leaf.kind === "prompt" || leaf.kind === "text") return text === "" ? undefined : text;
  if (text.length > LONGEST_NUMBER * 2) return text;
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  switch (leaf.kind) {
    case "integer":
    case "number":
      return trimmed.length <= LONGEST_NUMBER && NUMBER.test(trimmed) ? Number(trimmed) : text;
    case "boolean":
      return /^(true|false)$/i.test(trimmed) ? trimmed.toLowerCase() === "true" : text;
    case "choice":
      return leaf.choices?.find((choice) => String(choice) === trimmed) ?? trimmed;
    default:
      return trimmed;
  }
};

/**
 * Gives a dialog's values the types of the model's schema: "28" becomes 28. What is empty counts as not set, and so
 * does an object or list in which nothing is set. A single value where the model takes a list becomes a list.
 */
export const readTyped = (model: ParameterSet, dialog: FluxRequest): FluxRequest => {
  const { leaves, lists } = parametersOf(model);

  const read = (value: unknown, path: string): unknown => {
    const leaf = leaves.get(path);
    if (value === null || value === undefined || value === "") return undefined;
    const plain = leaf && typeof value === "string" ? readText(value, leaf) : value;
    // A switch that the service only knows switched on: off means leaving it out.
    if (plain === false && leaf?.choices?.includes(false) === false) return undefined;
    if (leaf && typeof value === "string") return plain;
    const list = lists.has(path);
    if (Array.isArray(value) || (list && (typeof value !== "object" || ArrayBuffer.isView(value)))) {
      const elements = [value].flat().map((element) => read(element, `${path}[]`));
      const set = elements.filter((element) => element !== undefined);
      return set.length > 0 ? set : undefined;
    }
    if (typeof value !== "object" || ArrayBuffer.isView(value)) return value;
    const members = Object.entries(value)
      .map(([name, member]) => [name, read(member, path === "" ? name : `${path}.${name}`)] as const)
      .filter(([, member]) => member !== undefined);
    return members.length > 0 || path === "" ? Object.fromEntries(members) : undefined;
  };

  const typed = read(dialog, "");
  return typeof typed === "object" && typed !== null ? { ...typed } : {};
};
