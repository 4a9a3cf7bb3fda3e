import { setMember } from "../../set-member";
import type { Leaf, ParameterSet } from "../model";
import { type Parameter, parameterTree } from "../parameter-tree";
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
  const read = (value: unknown, parameter: Parameter | undefined): unknown => {
    const leaf = parameter?.leaf;
    if (value === null || value === undefined || value === "") return undefined;
    const plain = leaf && typeof value === "string" ? readText(value, leaf) : value;
    // A switch that the service only knows switched on: off means leaving it out.
    if (plain === false && leaf?.choices?.includes(false) === false) return undefined;
    if (leaf && typeof value === "string") return plain;
    if (Array.isArray(value) || (parameter?.isList && (typeof value !== "object" || ArrayBuffer.isView(value)))) {
      const elements = [value].flat().map((element) => read(element, parameter?.element));
      const set = elements.filter((element) => element !== undefined);
      return set.length > 0 ? set : undefined;
    }
    if (typeof value !== "object" || ArrayBuffer.isView(value)) return value;
    return readMembers(value, parameter);
  };

  const readMembers = (object: object, parameter: Parameter | undefined): FluxRequest | undefined => {
    const members: FluxRequest = {};
    let isSet = false;
    for (const [name, value] of Object.entries(object)) {
      const member = read(value, parameter?.members.get(name));
      if (member === undefined) continue;
      setMember(members, name, member);
      isSet = true;
    }
    return isSet ? members : undefined;
  };

  return readMembers(dialog, parameterTree(model)) ?? {};
};
