import { copyOfOwner } from "../models/preparing/shallow-copy";
import type { FluxRequest } from "../models/request";

type Branch = Record<string, unknown> | unknown[];

/**
 * Turns a dialog's flat values into the request's shape: `{"lora.0.model": "x"}` becomes `{lora: [{model: "x"}]}`.
 * Values that are undefined are left out; gaps that this leaves in a list close up. An object wins over a plain value
 * of the same name (`hiresFix: true` beside `hiresFix.model`). Values are never changed: they may be the message's own.
 */
export function nest(values: ReadonlyMap<string, unknown>): FluxRequest {
  const ours = new WeakSet<object>();
  const root: Branch = {};
  ours.add(root);
  for (const [path, value] of values) {
    if (value !== undefined) place(root, path.split("."), value, ours);
  }
  return closeGaps(root, ours) as FluxRequest;
}

function place(root: Branch, [...segments]: string[], value: unknown, ours: WeakSet<object>): void {
  const last = segments.pop();
  if (last === undefined) return;
  let branch: Branch = root;
  for (const [depth, segment] of segments.entries()) {
    const next = get(branch, segment);
    const inside = isBranch(next) ? next : isIndex(segments[depth + 1] ?? last) ? [] : {};
    const own: Branch | undefined = ours.has(inside) ? inside : copyOfOwner(inside);
    // What cannot be copied stays what it is, and is refused with the request.
    if (own === undefined) return;
    ours.add(own);
    set(branch, segment, own);
    branch = own;
  }
  if (!isBranch(get(branch, last))) set(branch, last, value);
}

const isBranch = (value: unknown): value is Branch =>
  typeof value === "object" && value !== null && !ArrayBuffer.isView(value);

const isIndex = (segment: string): boolean => /^\d{1,4}$/.test(segment);

const get = (branch: Branch, segment: string): unknown =>
  Object.hasOwn(branch, segment) ? Reflect.get(branch, segment) : undefined;

/** Defines rather than assigns: a path that says `__proto__` stays an ordinary, and then unknown, parameter. */
const set = (branch: Branch, segment: string, value: unknown): void => {
  const isPlain = Array.isArray(branch) ? isIndex(segment) : segment !== "__proto__";
  if (isPlain) Reflect.set(branch, segment, value);
  else Object.defineProperty(branch, segment, { value, enumerable: true, writable: true, configurable: true });
};

function closeGaps(value: unknown, ours: WeakSet<object>): unknown {
  if (!isBranch(value) || !ours.has(value)) return value;
  if (Array.isArray(value)) return value.filter((item) => item !== undefined).map((item) => closeGaps(item, ours));
  for (const [name, item] of Object.entries(value)) set(value, name, closeGaps(item, ours));
  return value;
}
