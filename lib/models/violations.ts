import type { Violation } from "../errors";
import { models } from "./catalogue";
import { formHint } from "./form-hint";
import { isJsonBuffer, MAKE_BUFFER } from "./json-buffer";
import { isObject } from "./merge";
import type { Leaf, Model, SchemaError } from "./model";
import { nearest } from "./nearest";
import { knows, type Parameters, parametersOf } from "./parameters";
import { generalPath, type Path, pathOfPointer, valueAt, writePath } from "./paths";
import { allowedValues, alternatives, describe, grouped, named, reportedValue } from "./wording";

/** Names a parameter by the setting that its value came from: `inputs.seedImage` -> `Image from (msg.payload)`. */
export type Sources = ReadonlyMap<string, string>;

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

const objectViolation = (model: Parameters, path: Path, value: unknown): Violation => {
  const parameter = writePath(path);
  const general = generalPath(path);
  const members = model.members.get(general) ?? [];
  const allowed = `${model.leaves.has(general) ? "true, or " : ""}an object with ${alternatives(members, "and")}`;
  // Not quoted: nobody knows what the text in place of an object is.
  const message = `${named(parameter)} is ${describe(value)}, but must be ${allowed}.`;
  return { parameter, message, value: reportedValue(value), allowed };
};

/** A parameter of other models, under its own name or inside `inputs`, where pictures go. */
const modelsThatKnow = (general: string): readonly Model[] =>
  models.filter((model) => knows(model, general) || knows(model, `inputs.${general}`));

const unknownViolation = (model: Model, path: Path, value: unknown): Violation => {
  const { members, leaves, lists } = parametersOf(model);
  const parameter = writePath(path);
  const name = String(path.at(-1));
  const owner = generalPath(path.slice(0, -1));
  const others = modelsThatKnow(generalPath(path)).filter((other) => other !== model);
  const subject = `${model.title} has no ${owner === "" ? parameter : named(parameter)}`;
  const known = members.get(owner) ?? [];
  const place = owner === "" ? "" : `${writePath(path.slice(0, -1))}.`;
  const guess = nearest(name, known);
  const elsewhere = [...leaves.keys(), ...lists.keys()].find((candidate) => candidate.endsWith(`.${name}`));
  const hint =
    others.length > 0
      ? ` (${alternatives(
          others.map(({ title }) => title),
          "and",
        )} ${others.length > 1 ? "have" : "has"})`
      : guess !== undefined
        ? `; did you mean ${place}${guess}?`
        : elsewhere !== undefined
          ? `; did you mean ${elsewhere}?`
          : "";
  return { parameter, message: ended(`${subject}${hint}`), value: reportedValue(value) };
};

const missingViolation = (model: Model, path: Path, reason: string): Violation => {
  const parameter = writePath(path);
  const leaf = parametersOf(model).leaves.get(generalPath(path));
  const allowed = leaf && allowedValues(leaf);
  return {
    parameter,
    message: `${named(parameter)} is missing: ${reason}${allowed === undefined ? "" : ` (${allowed})`}.`,
    ...(allowed !== undefined && { allowed }),
  };
};

const memberNames = (schema: unknown): readonly string[] => {
  const required = valueAt(schema, ["required"]);
  return Array.isArray(required) ? required.map(String) : [];
};

const violationOf = (model: Model, request: unknown, error: SchemaError, sources?: Sources): Violation => {
  const parameters = parametersOf(model);
  const path = pathOfPointer(request, error.instancePath);
  const value = valueAt(request, path);
  const member = (key: string): Path => [...path, String(error.params[key])];
  switch (error.keyword) {
    case "required":
      return missingViolation(
        model,
        member("missingProperty"),
        `${path.length === 0 ? model.title : named(writePath(path))} needs it`,
      );
    case "dependentRequired":
      return missingViolation(
        model,
        member("missingProperty"),
        `${String(error.params.property)} is given, and the two go together`,
      );
    case "additionalProperties": {
      const unknown = member("additionalProperty");
      return unknownViolation(model, unknown, valueAt(request, unknown));
    }
    case "not": {
      const [first, second] = memberNames(error.schema);
      if (first === undefined || second === undefined) break;
      const parameter = writePath([...path, first]);
      return { parameter, message: `${named(parameter)} and ${second} exclude each other: use one of the two.` };
    }
  }
  const general = generalPath(path);
  if (parameters.lists.has(general)) return listViolation(parameters, path, value, sources);
  if (parameters.objects.has(general)) return objectViolation(parameters, path, value);
  const leaf = parameters.leaves.get(general);
  if (leaf) return leafViolation(leaf, writePath(path), value, sources);
  const parameter = writePath(path);
  return { parameter, message: `${named(parameter)} is ${describe(value)}, which the service does not take.` };
};

/** To JSON Schema, what is no object has every member, so also both that exclude each other. */
const isVacuous = (request: unknown, { keyword, schema, instancePath }: SchemaError): boolean =>
  keyword === "not" &&
  memberNames(schema).length > 0 &&
  !isObject(valueAt(request, pathOfPointer(request, instancePath)));

/**
 * What the validator of a model found, in words: one violation per parameter, however many keywords it fails.
 *
 * @param errors of the last call to `model.validate`
 * @param taken parameters that have their violation already
 */
export const schemaViolations = (
  model: Model,
  request: unknown,
  errors: readonly SchemaError[],
  options: { allowUnknown?: boolean; sources?: Sources; taken?: ReadonlySet<string> } = {},
): Violation[] => {
  const found = new Map<string, Violation>();
  for (const error of errors) {
    if (options.allowUnknown && error.keyword === "additionalProperties") continue;
    if (isVacuous(request, error)) continue;
    const violation = violationOf(model, request, error, options.sources);
    if (options.taken?.has(violation.parameter) || found.has(violation.parameter)) continue;
    found.set(violation.parameter, violation);
  }
  return [...found.values()];
};
