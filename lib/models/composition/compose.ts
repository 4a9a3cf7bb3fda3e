import type { Violation } from "../../errors";
import { giveWay } from "../preparing/exclusive";
import { isObject } from "../preparing/merge";
import { originsAround, readOrigins, signed, withOrigin } from "../preparing/origins";
import { peek } from "../preparing/peek";
import { refusal } from "../preparing/refusal";
import { runRules } from "../preparing/run-rules";
import type { FluxRequest } from "../request";
import { modelsTwice } from "../rules/duplicates";
import { setBy } from "../wording/violations";
import { type Carried, readCarried } from "./carried";
import type { Composed, Composition, CompositionInput } from "./composition";
import { readOwnPart } from "./own-part";

/** A parameter as it is to be, and what of it is this node's. */
interface Joined {
  /** undefined where nothing is left of it. */
  value: unknown;
  /** Paths of what this node set. */
  signed: readonly string[];
}

/** This node's entries behind those of the message. */
const joinLists = (parameter: string, list: readonly unknown[], own: readonly unknown[]): Joined => ({
  value: [...list, ...own],
  signed: own.map((_, index) => `${parameter}[${list.length + index}]`),
});

/** This node's members over those of the message; of a step and its percentage only this node's. */
const joinObjects = (composition: Composition, parameter: string, object: FluxRequest, own: FluxRequest): Joined => {
  giveWay(composition, { [parameter]: object }, { [parameter]: own });
  const value = { ...object, ...own };
  const names = Object.keys(own);
  const isAllOwn = Object.keys(value).length === names.length;
  return { value, signed: isAllOwn ? [parameter] : names.map((name) => `${parameter}.${name}`) };
};

const join = (composition: Composition, parameter: string, carried: Carried, own: unknown): Joined => {
  const { list, object = {} } = carried;
  if (Array.isArray(own)) return joinLists(parameter, list, own);
  if (isObject(own)) return joinObjects(composition, parameter, object, own);
  return { value: carried.object ?? carried.present, signed: [] };
};

/** What a node says that is to set something and has nothing to set. */
const nothingSet = (parameter: string): Violation => ({
  parameter,
  message: `This node sets no ${parameter}: nothing is filled in. Fill in its dialog, or set the node to clear.`,
});

/** Warns about what this node sets although the message has it. */
const repeated = ({ parameter, origins }: CompositionInput, carried: Carried, { value, signed }: Joined): string[] => {
  const nodes = readOrigins(origins, { [parameter]: carried.present });
  if (!Array.isArray(value)) {
    if (carried.object === undefined || signed.length === 0) return [];
    const by = originsAround(nodes, parameter);
    return [
      `${parameter} was in the message already${by.length === 0 ? "" : setBy(by)}: what this node sets is laid over it.`,
    ];
  }
  // Nothing of the message's entries but their models, which are only looked at.
  const models = value.map((entry) => ({ model: peek(entry, "model") }));
  const own = new Set(signed.map((path) => `${path}.model`));
  return [...modelsTwice(parameter, models)]
    .filter((finding) => own.has(finding.parameter))
    .map(({ parameter: at, other = at, message }) => withOrigin(nodes, other, message));
};

/**
 * Adds what a composition node sets to what a message brings, puts it in its place, or takes that out. Nothing of the input
 * is changed. What the message brings is not judged, but for what has to be joined with; the inference node does that.
 *
 * @throws FluxError FLUX_VALIDATION with every violation, in words.
 */
export const compose = (composition: Composition, input: CompositionInput): Composed => {
  const { parameter, mode, isConfigured } = input;
  const carried = readCarried(composition, input);
  const violations = [...carried.violations];
  const warnings = [...carried.warnings];

  let own: unknown;
  if (mode !== "clear" && !isConfigured) violations.push(nothingSet(parameter));
  else if (mode !== "clear") {
    const read = readOwnPart(composition, input, carried.object);
    own = read.own;
    violations.push(...read.violations);
    warnings.push(...read.warnings);
  }
  const joined = join(composition, parameter, carried, own);
  // Entries of a list stand for themselves; an object's members depend on each other.
  const judged = isObject(own) ? joined.value : own;
  const taken = new Set(violations.map((violation) => violation.parameter));
  const found = runRules(composition, { [parameter]: judged }, [], taken);
  violations.push(...found.violations);
  warnings.push(...found.warnings.map(({ message }) => message));
  if (violations.length > 0) throw refusal(composition.title, violations);

  const flux: FluxRequest = { ...carried.rest, ...(joined.value !== undefined && { [parameter]: joined.value }) };
  warnings.push(...repeated(input, carried, joined));
  const origins = signed(input.origins, flux, input.node, joined.signed, mode === "add" ? [] : [parameter]);
  const isNew = input.flux === undefined || input.flux === null;
  return {
    flux: isNew && joined.value === undefined ? undefined : flux,
    origins: Object.keys(origins).length === 0 ? undefined : origins,
    warnings,
  };
};
