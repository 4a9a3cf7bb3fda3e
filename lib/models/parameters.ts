import type { Leaf, List, ParameterSet } from "./model";
import { oncePer } from "./once-per";

/** A model's facts, by path. */
export interface Parameters {
  leaves: ReadonlyMap<string, Leaf>;
  lists: ReadonlyMap<string, List>;
  objects: ReadonlySet<string>;
  /** Member names of an object; "" is the request itself. */
  members: ReadonlyMap<string, readonly string[]>;
}

const readMembers = (paths: Iterable<string>): Map<string, string[]> => {
  const members = new Map<string, string[]>();
  for (const path of paths) {
    if (path.endsWith("[]")) continue;
    const cut = path.lastIndexOf(".");
    const owner = path.slice(0, Math.max(cut, 0));
    members.set(owner, [...(members.get(owner) ?? []), path.slice(cut + 1)]);
  }
  return members;
};

/** The facts of a model in the form that look-ups need; made once per model. */
export const parametersOf = oncePer(({ facts: { leaves, lists, objects } }): Parameters => {
  const paths = new Set([...leaves, ...lists].map(({ path }) => path).concat(objects));
  return {
    leaves: new Map(leaves.map((leaf) => [leaf.path, leaf])),
    lists: new Map(lists.map((list) => [list.path, list])),
    objects: new Set(objects),
    members: readMembers(paths),
  };
});

/** Whether the model has a parameter of that path, plain, list or object. */
export const knows = (model: ParameterSet, path: string): boolean => {
  const { leaves, lists, objects } = parametersOf(model);
  return leaves.has(path) || lists.has(path) || objects.has(path);
};
