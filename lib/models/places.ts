import type { Leaf, ParameterSet } from "./model";
import { type Parameter, parameterTree } from "./parameter-tree";
import { type Path, writePath } from "./paths";
import type { FluxRequest } from "./request";

type Branch = FluxRequest | readonly unknown[];

/** A list or an object on the way from the request to a value. */
interface Around {
  readonly key: string | number;
  readonly outer: Around | undefined;
}

/** Where a request has a plain value: one that is neither a list nor an object. Pictures in Buffers are plain values. */
export interface Place {
  /** What is there; undefined once it was taken out. */
  value: unknown;
  /** What the model has there; undefined where it has nothing. */
  readonly parameter: Parameter | undefined;
  /** The plain value that the model has there. */
  readonly leaf: Leaf | undefined;
  readonly owner: Branch;
  readonly key: string | number;
  readonly around: Around | undefined;
}

const isBranch = (value: unknown): value is Branch =>
  typeof value === "object" && value !== null && !ArrayBuffer.isView(value);

const isList = (branch: Branch): branch is readonly unknown[] => Array.isArray(branch);

const collect = (
  places: Place[],
  owner: Branch,
  around: Around | undefined,
  key: string | number,
  value: unknown,
  parameter: Parameter | undefined,
): void => {
  if (isBranch(value)) collectIn(places, value, { key, outer: around }, parameter);
  else places.push({ value, parameter, leaf: parameter?.leaf, owner, key, around });
};

const collectIn = (
  places: Place[],
  branch: Branch,
  around: Around | undefined,
  parameter: Parameter | undefined,
): void => {
  if (isList(branch)) {
    for (let index = 0; index < branch.length; index += 1) {
      collect(places, branch, around, index, branch[index], parameter?.element);
    }
    return;
  }
  for (const name of Object.keys(branch)) {
    collect(places, branch, around, name, branch[name], parameter?.members.get(name));
  }
};

/**
 * Every place of a request, in the order in which they stand there, with what the model has at each. Where a place is, is
 * only written when somebody wants to read it: most requests are right, and nobody does.
 */
export const placesIn = (model: ParameterSet, request: FluxRequest): Place[] => {
  const places: Place[] = [];
  collectIn(places, request, undefined, parameterTree(model));
  return places;
};

export const pathOf = ({ key, around }: Place): Path => {
  const path = [key];
  for (let outer = around; outer; outer = outer.outer) path.unshift(outer.key);
  return path;
};

/** A place as sentences name it: `controlNet[1].endStep`. */
export const nameOf = (place: Place): string => writePath(pathOf(place));

/** Puts another value there, in the request as well. */
export const put = (place: Place, value: unknown): void => {
  place.value = value;
  Reflect.set(place.owner, place.key, value);
};

/** Takes the value out, of the request as well. In a list the place stays, empty of meaning: null. */
export const takeOut = (place: Place): void => {
  place.value = undefined;
  if (Array.isArray(place.owner)) Reflect.set(place.owner, place.key, null);
  else Reflect.deleteProperty(place.owner, place.key);
};
