import type { ParameterSet, SchemaError } from "../model";
import { type Parameters, parametersOf } from "../parameters";
import { generalPath, type Path, pathOfPointer, readPath, valueAt, writePath } from "../paths";
import { isObject } from "../preparing/merge";

/** What is wrong at one place of a request, as its schema says it. */
export type SchemaFinding = { path: Path } & (
  | {
      kind: "missing";
      /** What needs it; [] is the request itself. */
      owner: Path;
      /** The other parameter of a pair that goes together. */
      partner?: string;
    }
  | { kind: "unknown" }
  /** `other` is beside it, and a request has one of the two at most. */
  | { kind: "exclusive"; other: string }
  /** A value that its parameter does not take; `keyword` is the first one of the schema's that it fails. */
  | { kind: "list" | "object" | "value" | "other"; keyword: string }
);

/** Of an object that is missing, the one parameter in it that is missed. */
const missedIn = (model: ParameterSet, path: Path): Path => {
  const owner = generalPath(path);
  const inside = model.facts.leaves.filter((leaf) => leaf.required && leaf.path.startsWith(`${owner}.`));
  const [only] = inside;
  return only !== undefined && inside.length === 1 ? [...path, ...readPath(only.path.slice(owner.length + 1))] : path;
};

const kindAt = (parameters: Parameters, path: Path): "list" | "object" | "value" | "other" => {
  const general = generalPath(path);
  if (parameters.lists.has(general)) return "list";
  if (parameters.objects.has(general)) return "object";
  return parameters.leaves.has(general) ? "value" : "other";
};

/** The pairs that an object may have one half of; none where it is no object with such pairs. */
const pairsIn = ({ facts }: ParameterSet, owner: string): [string, string][] =>
  (facts.exclusive ?? []).flatMap(([first, second]): [string, string][] =>
    first.startsWith(`${owner}.`) && !first.slice(owner.length + 1).includes(".")
      ? [[first.slice(owner.length + 1), second.slice(owner.length + 1)]]
      : [],
  );

const findingsOf = (model: ParameterSet, request: unknown, error: SchemaError): SchemaFinding[] => {
  const parameters = parametersOf(model);
  const path = pathOfPointer(request, error.instancePath);
  const member = (key: string): Path => [...path, String(error.params[key])];
  switch (error.keyword) {
    case "required":
      return [{ kind: "missing", path: missedIn(model, member("missingProperty")), owner: path }];
    case "dependentRequired": {
      const partner = String(error.params.property);
      return [{ kind: "missing", path: missedIn(model, member("missingProperty")), owner: path, partner }];
    }
    case "additionalProperties":
      return [{ kind: "unknown", path: member("additionalProperty") }];
    case "not": {
      const pairs = pairsIn(model, generalPath(path));
      if (pairs.length === 0) break;
      const value = valueAt(request, path);
      // To JSON Schema, what is no object has every member, so also both that exclude each other.
      if (!isObject(value)) return [];
      return pairs
        .filter(([first, second]) => value[first] !== undefined && value[second] !== undefined)
        .map(([first, other]) => ({ kind: "exclusive", path: [...path, first], other }));
    }
  }
  return [{ kind: kindAt(parameters, path), path, keyword: error.keyword }];
};

/** Of a parameter that is a plain value or an object, an object is no failed plain value. */
const isOtherForm = (model: ParameterSet, request: unknown, { keyword, instancePath }: SchemaError): boolean => {
  if (!["type", "enum", "anyOf"].includes(keyword)) return false;
  const path = pathOfPointer(request, instancePath);
  const { leaves, objects } = parametersOf(model);
  const general = generalPath(path);
  return leaves.has(general) && objects.has(general) && isObject(valueAt(request, path));
};

/**
 * What the validator of a model found, told once for each parameter, however many keywords it fails.
 *
 * @param errors of the last call to `model.validate`
 */
export const schemaFindings = (
  model: ParameterSet,
  request: unknown,
  errors: readonly SchemaError[],
  allowUnknown = false,
): Map<string, SchemaFinding> => {
  const found = new Map<string, SchemaFinding>();
  for (const error of errors) {
    if (allowUnknown && error.keyword === "additionalProperties") continue;
    if (isOtherForm(model, request, error)) continue;
    for (const finding of findingsOf(model, request, error)) {
      const parameter = writePath(finding.path);
      if (!found.has(parameter)) found.set(parameter, finding);
    }
  }
  return found;
};
