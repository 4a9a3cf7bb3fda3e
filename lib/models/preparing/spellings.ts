import { isDeepStrictEqual } from "node:util";
import type { Violation } from "../../errors";
import type { Spelling } from "../dialects/dialect";
import type { ParameterSet } from "../model";
import { oncePer } from "../once-per";
import { knows } from "../parameters";
import { type Path, valueAt, writePath } from "../paths";
import { nameOf, placesIn, put as putAt } from "../places";
import type { FluxRequest } from "../request";
import { isObject } from "./merge";

/** The paths of the objects that `within` stands for. */
const containers = (request: FluxRequest, within: string): Path[] => {
  if (within === "") return [[]];
  if (!within.endsWith("[]")) return [[within]];
  const list = request[within.slice(0, -2)];
  return Array.isArray(list) ? list.map((_, index) => [within.slice(0, -2), index]) : [];
};

const put = (owner: FluxRequest, [name, ...rest]: Path, value: unknown): void => {
  if (name === undefined) return;
  if (rest.length === 0) {
    owner[name] = value;
    return;
  }
  const inner = owner[name];
  // What is there and no object stays what it is, for the schema to complain about.
  if (inner !== undefined && !isObject(inner)) return;
  const branch = inner ?? {};
  owner[name] = branch;
  put(branch, rest, value);
};

/** Removes a member and the object around it, once that is empty. */
const take = (owner: FluxRequest, path: Path): void => {
  const [name, ...rest] = path;
  if (name === undefined) return;
  const inner = owner[name];
  if (rest.length > 0 && isObject(inner)) take(inner, rest);
  if (rest.length === 0 || (isObject(inner) && Object.keys(inner).length === 0)) delete owner[name];
};

/** Finds the one choice that differs in letter case only. */
const respelt = (value: string, choices: readonly unknown[]): string | undefined => {
  if (value.length > 100 || choices.includes(value)) return undefined;
  const lower = value.toLowerCase();
  return choices.filter((choice) => typeof choice === "string").find((choice) => choice.toLowerCase() === lower);
};

/** The warning that a parameter was put right. */
export const takenAs = (from: string, to: string): string =>
  `${from} was taken as ${to}, which is how the service's schema spells it.`;

/** The violation of a parameter that is there twice. */
export const spelledTwice = (from: string, to: string): Violation => ({
  parameter: to,
  message: `${from} and ${to} are the same parameter, but hold different values. Use ${to} only.`,
});

/** A spelling, and the member of a request without which it is not in use there. */
interface KnownSpelling extends Spelling {
  outermost: string;
}

/** The spellings of what a model has. */
const spellingsOf = oncePer((model): KnownSpelling[] =>
  model.dialect.spellings
    .filter(({ within, schema }) => knows(model, [within, ...schema].filter((part) => part !== "").join(".")))
    .map((spelling) => {
      const { within, written } = spelling;
      return { ...spelling, outermost: within === "" ? String(written[0]) : within.replace("[]", "") };
    }),
);

/**
 * Puts known alternative spellings right, in place, so that an example pasted from the provider's pages works.
 * A parameter that is there in both spellings with different values is a violation. `respelt` has names and choices that
 * were taken as others.
 */
export const normaliseSpellings = (
  model: ParameterSet,
  request: FluxRequest,
): { warnings: string[]; violations: Violation[]; respelt: [given: string, taken: string][] } => {
  const warnings: string[] = [];
  const putRight: [string, string][] = [];
  const violations: Violation[] = [];
  for (const { outermost, within, written, schema, single, meant } of spellingsOf(model)) {
    if (!Object.hasOwn(request, outermost)) continue;
    for (const container of containers(request, within)) {
      const owner = container.length === 0 ? request : valueAt(request, container);
      const given = valueAt(owner, written);
      if (!isObject(owner) || given === undefined) continue;
      const value = single && !Array.isArray(given) ? [given] : (meant?.(given) ?? given);
      const [from, to] = [writePath([...container, ...written]), writePath([...container, ...schema])];
      const rival = valueAt(owner, schema);
      take(owner, written);
      if (rival === undefined) {
        put(owner, schema, value);
        warnings.push(takenAs(from, to));
        putRight.push([from, to]);
      } else if (isDeepStrictEqual(rival, value)) {
        warnings.push(`${from} says the same as ${to} and was dropped.`);
      } else {
        violations.push(spelledTwice(from, to));
      }
    }
  }
  for (const place of placesIn(model, request)) {
    const { value, leaf } = place;
    const choice = typeof value === "string" && leaf?.choices ? respelt(value, leaf.choices) : undefined;
    if (choice === undefined) continue;
    putAt(place, choice);
    putRight.push([String(value), choice]);
    warnings.push(
      `${nameOf(place)}: ${JSON.stringify(value)} was taken as "${choice}", which is how the service's schema spells it.`,
    );
  }
  return { warnings, violations, respelt: putRight };
};
