import { isUint8Array } from "node:util/types";
import type { Violation } from "../../errors";
import { type Path, writePath } from "../paths";
import type { FluxRequest } from "../request";
import { describe, grouped } from "../wording/wording";
import { isJsonBuffer, JSON_BUFFER } from "./json-buffer";

/** Deeper than any request: ipAdapters[].guideImages[] has four levels. */
const DEEPEST = 20;
/** More than any request has values. */
const MOST_VALUES = 10_000;

const POISON = new Set(["__proto__", "constructor", "prototype"]);

/**
 * A plain object of any realm: function nodes run in a realm of their own, with an Object of their own.
 *
 * @throws whatever a proxy throws
 */
export const isPlainObject = (value: unknown): value is object => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return true;
  return (
    typeof prototype === "object" &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "hasOwnProperty")
  );
};

/** Of what throws at a mere look: a revoked proxy, for instance. */
export const unreadable = (origin: string): Violation => ({
  parameter: origin,
  message: `${origin} cannot be read: reading it throws.`,
});

/**
 * Copies what a message brought into plain data of ours. Own enumerable members only; Buffers stay the same Buffers;
 * one that went through JSON becomes `JSON_BUFFER`, which nobody takes but everybody can name;
 * what is no data (functions, symbols, accessors, class instances, cycles) or would poison an object becomes a
 * violation and is left out. Nothing of the original is called or changed.
 *
 * @param origin names the original in a violation of the whole: "msg.flux"
 */
export const safeCopy = (original: object, origin: string): { copy: FluxRequest; violations: Violation[] } => {
  const violations: Violation[] = [];
  const ancestors = new Set<object>();
  let values = 0;

  const refuse = (path: Path, problem: string): undefined => {
    const parameter = writePath(path);
    violations.push({ parameter, message: `${parameter} ${problem}.` });
    return undefined;
  };

  const copyMembers = (source: object, path: Path): FluxRequest => {
    const target: FluxRequest = {};
    for (const name of Object.keys(source)) {
      if (values > MOST_VALUES) break;
      const at = [...path, name];
      if (POISON.has(name)) {
        refuse(at, "is not a name that a parameter may have");
        continue;
      }
      const property = Object.getOwnPropertyDescriptor(source, name);
      if (property?.get || property?.set) {
        refuse(at, "is computed on access; only plain values are taken");
        continue;
      }
      const value = copy(property?.value, at);
      if (value !== undefined) target[name] = value;
    }
    return target;
  };

  const copyList = (source: readonly unknown[], path: Path): unknown => {
    if (source.length > MOST_VALUES) return refuse(path, `is a list of more than ${grouped(MOST_VALUES)} elements`);
    return Array.from(source, (element, index) => copy(element, [...path, index]) ?? null);
  };

  const copyBranch = (source: object, path: Path): unknown => {
    if (ancestors.has(source)) return refuse(path, "contains itself");
    if (path.length > DEEPEST) return refuse(path, `is nested more than ${DEEPEST} levels deep`);
    ancestors.add(source);
    const branch = Array.isArray(source) ? copyList(source, path) : copyMembers(source, path);
    ancestors.delete(source);
    return branch;
  };

  const copy = (value: unknown, path: Path): unknown => {
    values += 1;
    if (values > MOST_VALUES) return undefined;
    if (typeof value === "function" || typeof value === "symbol")
      return refuse(path, `is ${describe(value)}, which is no data`);
    if (typeof value !== "object" || value === null) return value;
    if (isJsonBuffer(value)) return JSON_BUFFER;
    if (Buffer.isBuffer(value)) return value;
    if (isUint8Array(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    if (Array.isArray(value) || isPlainObject(value)) return copyBranch(value, path);
    return refuse(path, "is neither plain data nor a Buffer");
  };

  let root: unknown;
  try {
    root = copyBranch(original, []);
  } catch {
    violations.push(unreadable(origin));
  }
  if (values > MOST_VALUES) {
    const message = `${origin} holds more than ${grouped(MOST_VALUES)} values.`;
    return { copy: {}, violations: [{ parameter: origin, message }] };
  }
  return { copy: isPlainObject(root) ? { ...root } : {}, violations };
};
