import type { Violation } from "../../errors";
import { models } from "../catalogue";
import type { Leaf, Model, ParameterSet, SchemaError } from "../model";
import { knows, type Parameters, parametersOf } from "../parameters";
import { generalPath, type Path, valueAt, writePath } from "../paths";
import { isJsonBuffer, MAKE_BUFFER } from "../preparing/json-buffer";
import { type Origins, originsAround } from "../preparing/origins";
import type { FluxRequest } from "../request";
import { formHint } from "./form-hint";
import { nearest } from "./nearest";
import { otherName } from "./other-names";
import { type SchemaFinding, schemaFindings } from "./schema-findings";
import { endpointInWords, modeInWords, modelInWords } from "./titles";
import { allowedValues, alternatives, describe, grouped, named, reportedValue } from "./wording";

/** Names a parameter by the setting that its value came from: `inputs.seedImage` -> `Image from (msg.payload)`. */
export type Sources = ReadonlyMap<string, string>;

/** Where the parts of a request came from, as far as somebody knows. */
interface Context {
  sources?: Sources;
  origins?: Origins;
  /** The message's share of the request. */
  flux?: FluxRequest;
}

const decimals = (step: number): number => (String(step).split(".")[1] ?? "").length;

/** "; the nearest are 992 and 1008" for a number that missed a step or a bound. */
const nearestNumbers = (value: unknown, { kind, minimum, maximum, step }: Leaf): string => {
  const width = step ?? (kind === "integer" ? 1 : undefined);
  if (typeof value !== "number" || !Number.isFinite(value) || width === undefined) return "";
  const inRange = (candidate: number): number =>
    Math.min(Math.max(candidate, minimum ?? candidate), maximum ?? candidate);
  const at = (count: number): number => inRange(Number((count * width).toFixed(decimals(width))));
  const [below, above] = [at(Math.floor(value / width)), at(Math.ceil(value / width))];
  if (below === above) return step === undefined ? "" : `; the nearest is ${below}`;
  return `; the nearest are ${below} and ${above}`;
};

const didYouMean = (value: unknown, leaf: Leaf): string => {
  const names = (leaf.choices ?? []).filter((choice) => typeof choice === "string");
  const guess = typeof value === "string" ? nearest(value, names) : undefined;
  return guess === undefined ? "" : `; did you mean "${guess}"?`;
};

const ended = (sentence: string): string => (/[.?]$/.test(sentence) ? sentence : `${sentence}.`);

/** A plain value that its schema refuses. */
export const leafViolation = (leaf: Leaf, parameter: string, value: unknown, sources?: Sources): Violation => {
  const subject = sources?.get(parameter) ?? named(parameter);
  const allowed = allowedValues(leaf);
  const holds = describe(value, leaf);
  const hint = leaf.kind === "choice" ? didYouMean(value, leaf) : nearestNumbers(value, leaf) || formHint(value, leaf);
  const problem =
    leaf.kind === "image" && ArrayBuffer.isView(value)
      ? " that is no picture: it starts like no JPEG, PNG, WEBP, GIF, BMP, TIFF or AVIF file"
      : leaf.kind === "image" && isJsonBuffer(value)
        ? `; ${MAKE_BUFFER}`
        : `, but must be ${allowed}${hint}`;
  return { parameter, message: ended(`${subject} is ${holds}${problem}`), value: reportedValue(value, leaf), allowed };
};

const listViolation = (model: Parameters, path: Path, value: unknown, sources?: Sources): Violation => {
  const parameter = writePath(path);
  const { minItems = 0, maxItems } = model.lists.get(generalPath(path)) ?? {};
  const count = minItems === maxItems ? `exactly ${minItems}` : `at least ${minItems}`;
  const allowed = `a list with ${count} ${count.endsWith(" 1") ? "element" : "elements"}`;
  const holds = Array.isArray(value)
    ? value.length === 0
      ? "an empty list"
      : `a list of ${grouped(value.length)} elements`
    : describe(value);
  const message = `${sources?.get(parameter) ?? named(parameter)} is ${holds}, but must be ${allowed}.`;
  return { parameter, message, value: holds, allowed };
};

/** What is no object where one belongs. */
export const objectViolation = (model: Parameters, path: Path, value: unknown): Violation => {
  const parameter = writePath(path);
  const general = generalPath(path);
  const members = model.members.get(general) ?? [];
  const plain = model.leaves.get(general);
  const allowed = `${plain ? `${allowedValues(plain)}, or ` : ""}an object with ${alternatives(members, "and")}`;
  // Not quoted where it is to be an object: nobody knows what the text in its place is.
  const leaf = plain?.kind === "choice" ? plain : undefined;
  const hint = leaf ? didYouMean(value, leaf) : "";
  const message = ended(`${named(parameter)} is ${describe(value, leaf)}, but must be ${allowed}${hint}`);
  return { parameter, message, value: reportedValue(value, leaf), allowed };
};

/**
 * Models that have a parameter, under its own name or inside `inputs`, where pictures go. Tools on the way to a picture are
 * no alternative to a model.
 */
const modelsThatKnow = (general: string): readonly Model[] =>
  models.filter(
    (model) => model.resultInto === undefined && (knows(model, general) || knows(model, `inputs.${general}`)),
  );

/** "A and B have", "A has". */
const have = (names: readonly string[]): string => `${alternatives(names, "and")} ${names.length > 1 ? "have" : "has"}`;

/** "Runware's A and B have it", for what this model's provider does not have. */
const haveElsewhere = (others: readonly Model[]): string | undefined => {
  const byProvider = new Map<string, Set<string>>();
  for (const { title, dialect } of others) {
    byProvider.set(dialect.title, (byProvider.get(dialect.title) ?? new Set()).add(title));
  }
  const parts = [...byProvider].map(([provider, titles]) => `${provider}'s ${have([...titles])} it`);
  return parts.length === 0 ? undefined : parts.join("; ");
};

/** Nodes named in one sentence; the rest is counted. */
const LISTED_NODES = 5;

/** " (set by A and B)", to follow what they set. */
export const setBy = (nodes: readonly string[]): string => {
  const more = nodes.length - LISTED_NODES;
  const shown = more > 0 ? [...nodes.slice(0, LISTED_NODES), `${more} more`] : nodes;
  return ` (set by ${alternatives(shown, "and")})`;
};

/** What follows "X has no Y": who has it, what else it is called, or what was probably meant. */
const unknownHint = (model: ParameterSet, path: Path, value: unknown, { origins, flux = {} }: Context): string => {
  const { members, leaves, lists } = parametersOf(model);
  const name = String(path.at(-1));
  const nodes = origins === undefined ? [] : originsAround(origins, writePath(path));
  const origin = nodes.length > 0 ? setBy(nodes) : "";
  // Where something came in helps even if no node signed.
  const anyOrigin = origin === "" && valueAt(flux, path) !== undefined ? " (set in msg.flux)" : origin;

  const reason = path.length === 1 ? model.dialect.never.get(name)?.(value) : undefined;
  if (reason !== undefined) return `${anyOrigin}: ${reason}`;

  const others = modelsThatKnow(generalPath(path)).filter((other) => other !== model);
  const siblings = others.filter(({ dialect }) => dialect.provider === model.dialect.provider);
  const [sibling] = siblings;
  if (sibling?.mode !== undefined && sibling.title === model.title) {
    return `${origin}; ${modeInWords(sibling.mode)} has it`;
  }
  if (sibling !== undefined) {
    const titles = siblings.map(({ title }) => title);
    return origin === "" ? ` (${have(titles)})` : `${origin}; ${have(titles)} it`;
  }
  const other = otherName(model, generalPath(path), value);
  if (other !== undefined) return `${anyOrigin}; ${other}`;
  const elsewhere = haveElsewhere(others);
  if (elsewhere !== undefined) return `${anyOrigin}; ${elsewhere}`;

  const owner = generalPath(path.slice(0, -1));
  const place = owner === "" ? "" : `${writePath(path.slice(0, -1))}.`;
  const guess = nearest(name, members.get(owner) ?? []);
  const deeper = [...leaves.keys(), ...lists.keys()].find((candidate) => candidate.endsWith(`.${name}`));
  const meant = guess === undefined ? deeper : `${place}${guess}`;
  // A slip of the keyboard is found by its name alone.
  return meant === undefined ? anyOrigin : `${origin}; did you mean ${meant}?`;
};

const unknownViolation = (model: ParameterSet, path: Path, value: unknown, context: Context): Violation => {
  const parameter = writePath(path);
  const subject = `${modelInWords(model)} has no ${path.length === 1 ? parameter : named(parameter)}`;
  return {
    parameter,
    message: ended(`${subject}${unknownHint(model, path, value, context)}`),
    value: reportedValue(value),
  };
};

const missingViolation = (model: ParameterSet, path: Path, reason: string): Violation => {
  const parameter = writePath(path);
  const leaf = parametersOf(model).leaves.get(generalPath(path));
  const allowed = leaf && allowedValues(leaf);
  return {
    parameter,
    message: `${named(parameter)} is missing: ${reason}${allowed === undefined ? "" : ` (${allowed})`}.`,
    ...(allowed !== undefined && { allowed }),
  };
};

const violationOf = (model: ParameterSet, request: unknown, finding: SchemaFinding, context: Context): Violation => {
  const { sources } = context;
  const { path } = finding;
  const parameters = parametersOf(model);
  const parameter = writePath(path);
  const value = valueAt(request, path);
  switch (finding.kind) {
    case "missing": {
      const { owner, partner } = finding;
      const needing = owner.length === 0 ? endpointInWords(model) : named(writePath(owner));
      const reason = partner === undefined ? `${needing} needs it` : `${partner} is given, and the two go together`;
      return missingViolation(model, path, reason);
    }
    case "unknown":
      return unknownViolation(model, path, value, context);
    case "exclusive":
      return {
        parameter,
        message: `${named(parameter)} and ${finding.other} exclude each other: use one of the two.`,
      };
    case "list":
      return listViolation(parameters, path, value, sources);
    case "object":
      return objectViolation(parameters, path, value);
    case "value":
    case "other": {
      const leaf = parameters.leaves.get(generalPath(path));
      if (leaf) return leafViolation(leaf, parameter, value, sources);
      return { parameter, message: `${named(parameter)} is ${describe(value)}, which the service does not take.` };
    }
  }
};

/**
 * What the validator of a model found, in words: one violation per parameter.
 *
 * @param errors of the last call to `model.validate`
 * @param taken parameters that have their violation already
 */
export const schemaViolations = (
  model: ParameterSet,
  request: unknown,
  errors: readonly SchemaError[],
  options: Context & { allowUnknown?: boolean; taken?: ReadonlySet<string> } = {},
): Violation[] =>
  [...schemaFindings(model, request, errors, options.allowUnknown)]
    .filter(([parameter]) => !options.taken?.has(parameter))
    .map(([, finding]) => violationOf(model, request, finding, options));
