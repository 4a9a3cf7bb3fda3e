import type { Violation } from "../../errors";
import { type Path, writePath } from "../paths";
import type { FluxRequest } from "../request";
import { isList, lengthOf } from "./is-list";
import { isJsonBuffer } from "./json-buffer";
import { isPlainObject, isTooMany, readMember, tooMany, unreadable } from "./safe-copy";

/*
 * Copies of what a message brought, one level deep: what is in them stays the same, for those who have use for it to judge.
 * Nothing of the original is called. What is computed on access or would poison an object becomes a violation.
 */

interface ShallowCopy<Copy> {
  copy: Copy;
  violations: Violation[];
}

/** A plain object that is there to have members. */
export const isMembers = (value: unknown): value is object => {
  try {
    return isPlainObject(value) && !isJsonBuffer(value);
  } catch {
    return false;
  }
};

/** @param at where the object is in `msg.flux`; [] is that itself */
export const copyOfObject = (original: object, at: Path = []): ShallowCopy<FluxRequest> => {
  const origin = ["msg.flux", writePath(at)].filter((part) => part !== "").join(".");
  const copy: FluxRequest = {};
  const violations: Violation[] = [];
  try {
    const names = Object.keys(original);
    if (isTooMany(names.length)) return { copy, violations: [tooMany(origin)] };
    for (const name of names) {
      const member = readMember(original, name);
      if ("value" in member) copy[name] = member.value;
      else violations.push(memberViolation([...at, name], member.problem));
    }
  } catch {
    violations.push(unreadable(origin));
  }
  return { copy, violations };
};

/** @param at where the list is in `msg.flux` */
export const copyOfList = (original: readonly unknown[], at: Path): ShallowCopy<unknown[]> => {
  const copy: unknown[] = [];
  const violations: Violation[] = [];
  const length = lengthOf(original);
  if (length === undefined) return { copy, violations: [unreadable(`msg.flux.${writePath(at)}`)] };
  if (isTooMany(length)) return { copy, violations: [tooMany(`msg.flux.${writePath(at)}`)] };
  try {
    for (let index = 0; index < length; index++) {
      const element = readMember(original, String(index));
      if ("value" in element) copy.push(element.value);
      else violations.push(memberViolation([...at, index], element.problem));
    }
  } catch {
    violations.push(unreadable(`msg.flux.${writePath(at)}`));
  }
  return { copy, violations };
};

/** A copy of a list or a plain object; undefined of anything else, and of what cannot be copied as a whole. */
export const copyOfOwner = (owner: unknown): FluxRequest | unknown[] | undefined => {
  if (!isList(owner) && !isMembers(owner)) return undefined;
  const { copy, violations } = isList(owner) ? copyOfList(owner, []) : copyOfObject(owner);
  return violations.length > 0 ? undefined : copy;
};

const memberViolation = (path: Path, problem: string): Violation => {
  const parameter = writePath(path);
  return { parameter, message: `${parameter} ${problem}.` };
};
