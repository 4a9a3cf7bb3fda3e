import type { FluxRequest } from "./request";

/** Where a value is inside a request: member names and list positions, outermost first. */
export type Path = readonly (string | number)[];

const LONGEST_NAME = 60;

/** A member's name as texts show it: hostile ones quoted and cut. */
const shown = (name: string): string => {
  if (/^[\w$-]{1,60}$/.test(name)) return name;
  return JSON.stringify(name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}...` : name);
};

/** `["controlNet", 1, "endStep"]` -> `controlNet[1].endStep`. */
export const writePath = (path: Path): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? shown(part) : `${text}.${shown(part)}`;
  }, "");

/** `["controlNet", 1, "endStep"]` -> `controlNet[].endStep`, the form in which a model's facts name a parameter. */
export const generalPath = (path: Path): string => writePath(path).replace(/\[\d+\]/g, "[]");

/** `inputs.referenceImages[0]` -> `["inputs", "referenceImages", 0]`, for the paths of schemas. */
export const readPath = (text: string): (string | number)[] =>
  text.split(/\.|(?=\[)/).map((part) => (part.startsWith("[") ? Number(part.slice(1, -1)) : part));

/** The value at a path; undefined where there is none. Only own members count. */
export const valueAt = (root: unknown, path: Path): unknown => {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
};

/** A copy with a value at a path; what is not on the path is shared with the original. The way there exists. */
export const replacedAt = (request: FluxRequest, path: Path, value: unknown): FluxRequest =>
  replacedIn(request, path, value) as FluxRequest;

const replacedIn = (node: unknown, path: Path, value: unknown): unknown => {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(node)) {
    return node.map((element, index) => (index === step ? replacedIn(element, rest, value) : element));
  }
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node);
  return Object.fromEntries(
    entries.map(([name, child]) => [name, name === step ? replacedIn(child, rest, value) : child]),
  );
};

/** Removes a member. In a list the place stays, empty of meaning: null. */
export const removeAt = (root: object, path: Path): void => {
  const last = path.at(-1);
  const owner = valueAt(root, path.slice(0, -1));
  if (last === undefined || typeof owner !== "object" || owner === null) return;
  if (Array.isArray(owner)) Reflect.set(owner, last, null);
  else Reflect.deleteProperty(owner, last);
};

/**
 * Turns AJV's JSON pointer into a path. List positions are told from member names by the data: a member may be
 * called "0".
 */
export const pathOfPointer = (root: unknown, pointer: string): (string | number)[] => {
  const path: (string | number)[] = [];
  let value = root;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const step = Array.isArray(value) ? Number(name) : name;
    path.push(step);
    value = valueAt(value, [step]);
  }
  return path;
};

/** Every value in a request that is neither a list nor an object; pictures in Buffers count as values. */
export function* plainValues(root: unknown, at: Path = []): Generator<{ path: Path; value: unknown }> {
  if (typeof root !== "object" || root === null || ArrayBuffer.isView(root)) {
    yield { path: at, value: root };
    return;
  }
  const entries: [string | number, unknown][] = Array.isArray(root) ? [...root.entries()] : Object.entries(root);
  for (const [name, value] of entries) yield* plainValues(value, [...at, name]);
}
