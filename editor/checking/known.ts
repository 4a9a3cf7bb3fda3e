import type { Leaf } from "../../lib/models/model";
import { readText } from "../../lib/models/preparing/typed-in";
import type { Typed } from "../node-red";
import { isVariable } from "../variable";

/**
 * What the dialog knows of a value: itself, that there is none, that it comes from somewhere else, or that it cannot be
 * read.
 */
export type Known = { value: unknown } | "nothing" | "elsewhere" | "nowhere" | "broken";

/** The types whose texts the run time takes as they are. */
const literals: readonly string[] = ["str", "num", "bool"];

/** @param leaf the parameter that it is for; undefined for lists, objects and what the model does not know. */
export const whatIsKnown = ({ type, value }: Typed, leaf: Leaf | undefined): Known => {
  if (type === "none") return "nothing";
  if (isVariable(value)) return "elsewhere";
  if (literals.includes(type)) {
    const text = leaf ? readText(value, leaf) : value || undefined;
    return text === undefined ? "nothing" : { value };
  }
  if (type !== "json") return value === "" ? "nowhere" : "elsewhere";
  try {
    return { value: JSON.parse(value) };
  } catch {
    return "broken";
  }
};
