import type { Leaf } from "./model";
import { oncePer } from "./once-per";

/** A parameter of a model, and what is in it. Of one that is a plain value or an object, `leaf` is the plain value. */
export interface Parameter {
  leaf?: Leaf;
  isList?: true;
  isObject?: true;
  readonly members: Map<string, Parameter>;
  /** What a list holds. */
  element?: Parameter;
}

const ELEMENT = "[]";

const step = (parameter: Parameter, part: string): Parameter => {
  if (part === ELEMENT) {
    parameter.element ??= { members: new Map() };
    return parameter.element;
  }
  const known = parameter.members.get(part);
  if (known) return known;
  const made: Parameter = { members: new Map() };
  parameter.members.set(part, made);
  return made;
};

/**
 * A model's parameters as they are inside each other; the tree's root is the request itself. Who walks through a request
 * walks along in here, and has no path to write only to look something up.
 */
export const parameterTree = oncePer(({ facts: { leaves, lists, objects } }): Parameter => {
  const root: Parameter = { members: new Map() };
  const at = (path: string): Parameter => path.split(/\.|(?=\[)/).reduce(step, root);
  for (const leaf of leaves) at(leaf.path).leaf = leaf;
  for (const { path } of lists) at(path).isList = true;
  for (const path of objects) at(path).isObject = true;
  return root;
});
