import { isUint8Array } from "node:util/types";
import type { Violation } from "../../errors";
import { writePath } from "../paths";
import type { FluxRequest } from "../request";
import { describe, grouped } from "../wording/wording";
import { bytesOf } from "./bytes-of";
import { lengthOf } from "./is-list";
import { isJsonBuffer, JSON_BUFFER } from "./json-buffer";
import { isObject } from "./merge";

/** Deeper than any request: ipAdapters[].guideImages[] has four levels. */
const DEEPEST = 20;
/** More than any request has values. */
const MOST_VALUES = 10_000;

const isPoison = (name: string): boolean => name === "__proto__" || name === "constructor" || name === "prototype";

/**
 * A plain object of any realm: function nodes run in a realm of their own, with an Object of their own.
 *
 * @throws whatever a proxy throws
 */
export const isPlainObject = (value: unknown): value is object => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  return (
    typeof prototype === "object" &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "hasOwnProperty")
  );
};

/** Of what holds more than anybody has use for. */
export const tooMany = (origin: string): Violation => ({
  parameter: origin,
  message: `${origin} holds more than ${grouped(MOST_VALUES)} values.`,
});

export const isTooMany = (values: number): boolean => values > MOST_VALUES;

/** Of what throws at a mere look: a revoked proxy, for instance. */
export const unreadable = (origin: string): Violation => ({
  parameter: origin,
  message: `${origin} cannot be read: reading it throws.`,
});

/** A member as it is, or why it is none, to follow its name. Nothing of the owner is called. */
export const readMember = (owner: object, name: string): { value: unknown } | { problem: string } => {
  if (isPoison(name)) return { problem: "is not a name that a parameter may have" };
  const property = Object.getOwnPropertyDescriptor(owner, name);
  return property?.get || property?.set
    ? { problem: "is computed on access; only plain values are taken" }
    : { value: property?.value };
};

/**
 * Copies what a message brought into plain data of ours. Own enumerable members only; Buffers keep their memory;
 * one that went through JSON becomes `JSON_BUFFER`, which nobody takes but everybody can name;
 * what is no data (functions, symbols, accessors, class instances, cycles) or would poison an object becomes a
 * violation and is left out. Nothing of the original is called or changed.
 *
 * @param origin names the original in a violation of the whole: "msg.flux"
 */
export const safeCopy = (original: object, origin: string): { copy: FluxRequest; violations: Violation[] } => {
  const violations: Violation[] = [];
  const ancestors = new Set<object>();
  /** Where the value is that is being copied. */
  const path: (string | number)[] = [];
  let values = 0;

  const refuse = (problem: string): undefined => {
    const parameter = writePath(path);
    violations.push({ parameter, message: `${parameter} ${problem}.` });
    return undefined;
  };

  const copyMembers = (source: object): FluxRequest => {
    const target: FluxRequest = {};
    for (const name of Object.keys(source)) {
      if (isTooMany(values)) break;
      path.push(name);
      const member = readMember(source, name);
      if ("problem" in member) refuse(member.problem);
      else {
        const value = copy(member.value);
        if (value !== undefined) target[name] = value;
      }
      path.pop();
    }
    return target;
  };

  const copyElement = (source: readonly unknown[], index: number): unknown => {
    path.push(index);
    const element = readMember(source, String(index));
    const value = ("problem" in element ? refuse(element.problem) : copy(element.value)) ?? null;
    path.pop();
    return value;
  };

  const copyList = (source: readonly unknown[]): unknown => {
    const length = lengthOf(source);
    if (length === undefined) return refuse("is a list that does not tell how long it is");
    if (isTooMany(length)) return refuse(`is a list of more than ${grouped(MOST_VALUES)} elements`);
    // By their places: an iterator of its own would be called.
    const list: unknown[] = [];
    for (let index = 0; index < length; index += 1) list.push(copyElement(source, index));
    return list;
  };

  const copyBranch = (source: object): unknown => {
    if (ancestors.has(source)) return refuse("contains itself");
    if (path.length > DEEPEST) return refuse(`is nested more than ${DEEPEST} levels deep`);
    ancestors.add(source);
    const branch = Array.isArray(source) ? copyList(source) : copyMembers(source);
    ancestors.delete(source);
    return branch;
  };

  const copy = (value: unknown): unknown => {
    values += 1;
    if (isTooMany(values)) return undefined;
    if (typeof value === "function" || typeof value === "symbol")
      return refuse(`is ${describe(value)}, which is no data`);
    if (typeof value !== "object" || value === null) return value;
    if (isJsonBuffer(value)) return JSON_BUFFER;
    if (isUint8Array(value)) return bytesOf(value);
    if (Array.isArray(value) || isPlainObject(value)) return copyBranch(value);
    return refuse("is neither plain data nor a Buffer");
  };

  let root: unknown;
  try {
    root = copyBranch(original);
  } catch {
    violations.push(unreadable(origin));
  }
  if (isTooMany(values)) {
    return { copy: {}, violations: [tooMany(origin)] };
  }
  return { copy: isObject(root) ? root : {}, violations };
};
