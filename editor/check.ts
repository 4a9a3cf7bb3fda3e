import { airPattern } from "../lib/models/air";
import type { Leaf, ModelFacts } from "../lib/models/model";
import { containers, percentageOf, settableLeaves } from "./form-tree";
import type { Translate, Typed } from "./node-red";
import { patternOf, readParams } from "./params";
import { fullLabel } from "./wording";

/** What is wrong with a value: a text of the catalogue's `checks`, and what goes into it. */
export interface Problem {
  key: string;
  values?: Record<string, unknown>;
}

/** Values that Node-RED replaces from the environment when it starts the flows. */
export const isVariable = (value: string): boolean => /^\$\{[^{}]+\}$/.test(value);

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const base64 = /^[A-Za-z0-9+/]{32,}={0,2}$/;
const air = new RegExp(airPattern);

const checkNumber = (leaf: Leaf, text: string): Problem | undefined => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return { key: "notNumber" };
  if (leaf.kind === "integer" && Math.abs(value - Math.round(value)) > 1e-9) return { key: "notWhole" };
  if (leaf.minimum !== undefined && value < leaf.minimum) return { key: "tooSmall", values: { minimum: leaf.minimum } };
  if (leaf.maximum !== undefined && value > leaf.maximum) return { key: "tooLarge", values: { maximum: leaf.maximum } };
  if (leaf.step !== undefined) {
    const steps = value / leaf.step;
    if (Math.abs(steps - Math.round(steps)) * leaf.step > 1e-9) return { key: "offStep", values: { step: leaf.step } };
  }
  return undefined;
};

const checkLength = (leaf: Leaf, text: string): Problem | undefined => {
  if (leaf.minLength !== undefined && text.length < leaf.minLength) {
    return { key: "tooShort", values: { minimum: leaf.minLength } };
  }
  if (leaf.maxLength !== undefined && text.length > leaf.maxLength) {
    return { key: "tooLong", values: { maximum: leaf.maxLength } };
  }
  return undefined;
};

const checkSeed = ({ minimum = 0, largest = "0" }: Leaf, text: string): Problem | undefined => {
  const isSeed = /^-?\d{1,20}$/.test(text) && BigInt(text) >= BigInt(minimum) && BigInt(text) <= BigInt(largest);
  return isSeed ? undefined : { key: "notSeed", values: { minimum, maximum: largest } };
};

const isWebAddress = (text: string): boolean => /^https?:\/\/[^\s/]+/i.test(text);

/**
 * A first look at a value typed into a dialog; the node itself checks the whole request before it is sent. What comes
 * from a message, a context or an expression is not known here and passes.
 */
export const checkValue = (leaf: Leaf, { type, value }: Typed): Problem | undefined => {
  if (!["num", "str", "bool"].includes(type) || isVariable(value)) return undefined;
  switch (leaf.kind) {
    case "integer":
    case "number":
      return checkNumber(leaf, value);
    case "seed":
      return checkSeed(leaf, value);
    case "boolean":
      return value === "true" || value === "false" ? undefined : { key: "notBoolean" };
    case "choice":
      return leaf.choices?.some((choice) => String(choice) === value) ? undefined : { key: "notChoice" };
    case "image":
      if (isWebAddress(value) || /^data:image\//i.test(value) || base64.test(value)) return undefined;
      if (leaf.withoutUuid) return { key: "notImageFile" };
      return uuid.test(value) ? undefined : { key: "notImage" };
    case "url":
      return isWebAddress(value) ? undefined : { key: "notUrl" };
    case "model":
      return air.test(value.trim()) ? undefined : { key: "notModel" };
    case "prompt":
    case "text":
      return checkLength(leaf, value);
  }
};

/** A number that is written in the dialog; what comes from elsewhere is not known here. */
const writtenNumber = (typed: Typed | undefined): number =>
  typed?.type !== "num" || typed.value.trim() === "" ? Number.NaN : Number(typed.value);

/** Where what ends here begins, told in the same unit: `controlNet.0.endStep` -> `controlNet.0.startStep`. */
const startOf = (path: string): string =>
  path.replace(/(e|E)nd(Step(?:Percentage)?)$/, (_, first, step) => `${first === "E" ? "S" : "s"}tart${step}`);

/** Where a whole list or object may come from; a text typed into a dialog is neither. */
export const wholeSources: readonly string[] = ["msg", "flow", "global", "env", "jsonata", "json"];

/** Patterns of everything that can be set in a model: values, and what they are in. */
export const settablePatterns = (facts: ModelFacts): Set<string> =>
  new Set([...settableLeaves(facts).map((leaf) => leaf.path), ...containers(facts)]);

/**
 * Every reason why the saved `params` of a node cannot be right, as sentences.
 *
 * @param facts of the mode that was chosen, where there are several.
 * @param all of every mode: values of a mode that was not chosen are kept, and left out when the node runs.
 * @param complete objects to which nothing is added later on, so that what they need has to be there.
 */
export const checkParams = (
  facts: ModelFacts,
  saved: unknown,
  allowUnknown: boolean,
  t: Translate,
  all: ModelFacts = facts,
  complete: readonly string[] = [],
): string[] => {
  const known = settablePatterns(facts);
  const elsewhere = new Set([...settablePatterns(all)].filter((pattern) => !known.has(pattern)));
  const values = new Map([...readParams(saved)].filter(([path]) => !elsewhere.has(patternOf(path))));
  const leaves = new Map(settableLeaves(facts).map((leaf) => [leaf.path, leaf]));
  const wholes = containers(facts);
  const checkOther = (path: string, { type, value }: Typed): Problem | undefined => {
    if (wholes.has(patternOf(path))) {
      if (!wholeSources.includes(type)) return { key: "notContainer" };
      return value === "" ? { key: "noSource" } : undefined;
    }
    return allowUnknown ? undefined : { key: "unknown" };
  };
  const say = (path: string, { key, values: details }: Problem): string =>
    t(`checks.${key}`, { ...details, label: fullLabel(path, t) });
  const reasons: string[] = [];
  for (const [path, typed] of values) {
    const leaf = leaves.get(patternOf(path));
    const problem = leaf ? checkValue(leaf, typed) : checkOther(path, typed);
    if (problem) reasons.push(say(path, problem));
    const isBothForms = leaf !== undefined && [...values.keys()].some((other) => other.startsWith(`${path}.`));
    if (isBothForms) reasons.push(say(path, { key: leaf.kind === "choice" ? "bothKinds" : "bothForms" }));
  }
  for (const path of values.keys()) {
    if (values.has(percentageOf(path))) reasons.push(say(path, { key: "bothUnits" }));
    const start = startOf(path) === path ? Number.NaN : writtenNumber(values.get(startOf(path)));
    if (writtenNumber(values.get(path)) <= start) reasons.push(say(path, { key: "notAfter", values: { start } }));
  }
  for (const path of missingMembers(facts, [...values.keys()], complete)) reasons.push(say(path, { key: "missing" }));
  return reasons;
};

/**
 * What list elements need and do not have: a LoRA without a model. Elsewhere a message may still bring it, and so it may
 * where a whole list or element comes from somewhere.
 */
const missingMembers = (facts: ModelFacts, paths: readonly string[], complete: readonly string[]): string[] => {
  const elements = paths.flatMap((path) => path.match(/^[^.]+\.\d+(?=\.)/)?.[0] ?? []);
  const objects = complete.filter((object) => paths.some((path) => path.startsWith(`${object}.`)));
  const needed = [...facts.leaves, ...facts.lists].filter(({ required }) => required).map(({ path }) => path);
  const isThere = (wanted: string): boolean => paths.some((path) => path === wanted || path.startsWith(`${wanted}.`));
  const isWhole = (owner: string): boolean => paths.some((path) => path === owner || owner.startsWith(`${path}.`));
  return [...new Set([...elements, ...objects])]
    .filter((owner) => !isWhole(owner))
    .flatMap((owner) => {
      const pattern = patternOf(owner);
      const isMember = (path: string): boolean => path.startsWith(`${pattern}.`);
      return needed
        .filter(isMember)
        .map((path) => `${owner}${path.slice(pattern.length)}`)
        .filter((path) => !isThere(path));
    });
};
