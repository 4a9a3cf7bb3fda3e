import type { Group, Leaf, List, ModelFacts } from "../lib/models/model";

/**
 * What a dialog shows: a value, a step that may be given as a percentage instead, a choice that may also be an object of
 * one's own, an object with members, or a list of any of them. `path` is a pattern.
 */
export type Field =
  | { kind: "value"; path: string; leaf: Leaf }
  | { kind: "pair"; path: string; leaf: Leaf; percentage: Leaf }
  | { kind: "choice"; path: string; leaf: Leaf; members: Field[] }
  | { kind: "object"; path: string; members: Field[] }
  | { kind: "list"; path: string; list: List; element: Field[] };

export interface Section {
  group: Group;
  fields: Field[];
}

const groups: readonly Group[] = [
  "prompt",
  "size",
  "sampling",
  "image",
  "composition",
  "features",
  "output",
  "advanced",
];

/** The parameter that "Prompt from" fills: the one prompt that every request needs. */
export const promptParameter = (facts: ModelFacts): Leaf | undefined =>
  facts.leaves.find(({ kind, required, path }) => kind === "prompt" && required && !path.includes("."));

/** The leaves that an author sets by hand: not those of the node, nor the prompt, which has a source of its own. */
export const settableLeaves = (facts: ModelFacts): Leaf[] => {
  const prompt = promptParameter(facts);
  return facts.leaves.filter((leaf) => !leaf.owned && leaf !== prompt);
};

/** Patterns of the lists and objects that parameters are in; each may also come as a whole: `lora`, `lora[]`, `pulid`. */
const containers = (facts: ModelFacts): Set<string> => {
  const leaves = settableLeaves(facts).map((leaf) => leaf.path);
  const around = leaves.flatMap((path) => [...path.matchAll(/\.|\[\]/g)].map(({ index }) => path.slice(0, index)));
  const found = new Set(around);
  for (const leaf of leaves) found.delete(leaf);
  return found;
};

/** Patterns of everything that can be set in a model: values, and what they are in. */
export const settablePatterns = (facts: ModelFacts): Set<string> =>
  new Set([...settableLeaves(facts).map((leaf) => leaf.path), ...containers(facts)]);

/** The section in which a parameter, or something in it, can be set; undefined where no section has it. */
export const groupAt = (facts: ModelFacts, pattern: string): Group | undefined =>
  settableLeaves(facts).find(
    ({ path }) => path === pattern || path.startsWith(`${pattern}.`) || path.startsWith(`${pattern}[`),
  )?.group;

/** Every settable parameter of a model, by section, in the schema's order. */
export const formTree = (facts: ModelFacts): Section[] => {
  const lists = new Map(facts.lists.map((list) => [list.path, list]));
  const leaves = settableLeaves(facts);
  return groups.map((group) => ({
    group,
    fields: fieldsBelow(
      "",
      leaves.filter((leaf) => leaf.group === group),
      lists,
    ),
  }));
};

const fieldsBelow = (prefix: string, leaves: readonly Leaf[], lists: ReadonlyMap<string, List>): Field[] => {
  const byName = new Map<string, Leaf[]>();
  for (const leaf of leaves) {
    const name = leaf.path.slice(prefix.length).split(".")[0] ?? "";
    byName.set(name, [...(byName.get(name) ?? []), leaf]);
  }
  return paired([...byName].flatMap(([name, below]) => fieldsAt(`${prefix}${name}`, below, lists)));
};

/** The same as a percentage of the run, as the services name it: `startStep` and `startStepPercentage`. */
export const percentageOf = (path: string): string => `${path}Percentage`;

/** A value with its percentage, as one field; of the two, a request may have one. */
const paired = (fields: readonly Field[]): Field[] => {
  const values = new Map(fields.flatMap((field) => (field.kind === "value" ? [[field.path, field.leaf]] : [])));
  const percentages = new Set([...values.keys()].map(percentageOf));
  return fields
    .filter(({ path }) => !percentages.has(path))
    .map((field) => {
      const percentage = values.get(percentageOf(field.path));
      return field.kind === "value" && percentage ? { ...field, kind: "pair", percentage } : field;
    });
};

const fieldsAt = (path: string, leaves: readonly Leaf[], lists: ReadonlyMap<string, List>): Field[] => {
  const members = leaves.filter((leaf) => leaf.path !== path);
  if (path.endsWith("[]")) {
    const parent = path.slice(0, -2);
    const list = lists.get(parent) ?? { path: parent, group: leaves[0]?.group ?? "advanced" };
    const element: Field[] = leaves.filter((leaf) => leaf.path === path).map(valueField);
    return [{ kind: "list", path: parent, list, element: [...element, ...fieldsBelow(`${path}.`, members, lists)] }];
  }
  // A switch that may also be an object (hiresFix) is shown as the first of its members.
  const own = leaves.find((leaf) => leaf.path === path);
  if (members.length === 0) return own ? [valueField(own)] : [];
  const below = fieldsBelow(`${path}.`, members, lists);
  if (own?.kind === "choice") return [{ kind: "choice", path, leaf: own, members: below }];
  return [{ kind: "object", path, members: [...(own ? [valueField(own)] : []), ...below] }];
};

const valueField = (leaf: Leaf): Field => ({ kind: "value", path: leaf.path, leaf });
