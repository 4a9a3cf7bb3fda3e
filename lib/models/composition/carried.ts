import type { Violation } from "../../errors";
import { parametersOf } from "../parameters";
import { writePath } from "../paths";
import { isList } from "../preparing/is-list";
import { readFlux } from "../preparing/message-flux";
import { copyOfList, copyOfObject, isMembers } from "../preparing/shallow-copy";
import { spelledTwice, takenAs } from "../preparing/spellings";
import type { FluxRequest } from "../request";
import { describe } from "../wording/wording";
import type { Composition, CompositionInput } from "./composition";

/** What a message brings to a composition node. */
export interface Carried {
  /** A copy of `msg.flux`, one level deep and without the parameter in question. */
  rest: FluxRequest;
  /** What the message has of that parameter, where it is to be added to, and a copy of it one level deep. */
  present: unknown;
  list: readonly unknown[];
  object: FluxRequest | undefined;
  violations: Violation[];
  warnings: string[];
}

/**
 * Gives members of a copy that have another name than in the schema that name, in place. What they hold is left as it is.
 *
 * @param owner `msg.flux`, or the parameter in it
 * @param within the owner's path: "" or "pulid"
 */
const putNamesRight = (
  { dialect }: Composition,
  owner: FluxRequest,
  within: string,
  isWanted: (name: string) => boolean = () => true,
): Pick<Carried, "violations" | "warnings"> => {
  const violations: Violation[] = [];
  const warnings: string[] = [];
  const at = (name: string): string => (within === "" ? name : `${within}.${name}`);
  for (const { written, schema, ...spelling } of dialect.spellings) {
    const [from, to] = [writePath(written), writePath(schema)];
    const value = owner[from] ?? undefined;
    if (spelling.within !== within || schema.length > 1 || !isWanted(to) || value === undefined) continue;
    if ((owner[to] ?? undefined) === undefined) warnings.push(takenAs(at(from), at(to)));
    else violations.push(spelledTwice(at(from), at(to)));
    owner[to] ??= value;
    delete owner[from];
  }
  return { violations, warnings };
};

/** What stands where a list or an object is to be added to, and is none. */
const notOfKind = (parameter: string, value: unknown, kind: "a list" | "an object"): Violation => {
  const holds = describe(value);
  return {
    parameter,
    message: `msg.flux.${parameter} is ${holds}, but must be ${kind} for this node to add to. Put it right, or set this node to replace it.`,
    value: holds,
    allowed: kind,
  };
};

/** Reads what a message brings. What is not to be added to is only taken out, whatever it is. */
export const readCarried = (
  composition: Composition,
  { parameter, mode, flux }: Pick<CompositionInput, "parameter" | "mode" | "flux">,
): Carried => {
  const { copy: rest, violations } = readFlux(flux, (original) => copyOfObject(original));
  const spelt = putNamesRight(composition, rest, "", (name) => name === parameter);
  const present = rest[parameter] ?? undefined;
  delete rest[parameter];
  const nothing: Carried = { rest, present: undefined, list: [], object: undefined, violations, warnings: [] };
  if (mode !== "add") return nothing;

  violations.push(...spelt.violations);
  const carried = { ...nothing, present, warnings: spelt.warnings };
  if (present === undefined) return carried;
  const isListParameter = parametersOf(composition).lists.has(parameter);
  if (isListParameter && isList(present)) {
    const { copy, violations: refused } = copyOfList(present, [parameter]);
    violations.push(...refused);
    return { ...carried, list: copy };
  }
  if (!isListParameter && isMembers(present)) {
    const { copy, violations: refused } = copyOfObject(present, [parameter]);
    const inside = putNamesRight(composition, copy, parameter);
    violations.push(...refused, ...inside.violations);
    return { ...carried, object: copy, warnings: [...spelt.warnings, ...inside.warnings] };
  }
  violations.push(notOfKind(parameter, present, isListParameter ? "a list" : "an object"));
  return carried;
};
