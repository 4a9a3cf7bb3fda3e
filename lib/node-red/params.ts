import type { FluxRequest } from "../models/request";

type Branch = Record<string, unknown> | unknown[];

/**
 * Turns a dialog's flat values into the request's shape: `{"lora.0.model": "x"}` becomes `{lora: [{model: "x"}]}`.
 * Values that are undefined are left out; gaps that this leaves in a list close up. An object wins over a plain value
 * of the same name (`hiresFix: true` beside `hiresFix.model`).
 */
export function nest(values: ReadonlyMap<string, unknown>): FluxRequest {
  const root: FluxRequest = {};
  for (const [path, value] of values) {
    if (value !== undefined) place(root, path.split("."), value);
  }
  return closeGaps(root) as FluxRequest;
}

function place(root: Branch, [...segments]: string[], value: unknown): void {
  const last = segments.pop();
  if (last === undefined) return;
  let branch: Branch = root;
  for (const [depth, segment] of segments.entries()) {
    const next = get(branch, segment);
    if (isBranch(next)) {
      branch = next;
    } else {
      const made: Branch = isIndex(segments[depth + 1] ?? last) ? [] : {};
      set(branch, segment, made);
      branch = made;
    }
  }
  if (!isBranch(get(branch, last))) set(branch, last, value);
}

const isBranch = (value: unknown): value is Branch =>
  typeof value === "object" && value !== null && !Buffer.isBuffer(value);

const isIndex = (segment: string): boolean => /^\d{1,4}$/.test(segment);

const get = (branch: Branch, segment: string): unknown =>
  Object.hasOwn(branch, segment) ? Reflect.get(branch, segment) : undefined;

/** Defines rather than assigns: a path that says `__proto__` stays an ordinary, and then unknown, parameter. */
const set = (branch: Branch, segment: string, value: unknown): void => {
  Object.defineProperty(branch, segment, { value, enumerable: true, writable: true, configurable: true });
};

function closeGaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== undefined).map(closeGaps);
  if (!isBranch(value)) return value;
  for (const [name, item] of Object.entries(value)) set(value, name, closeGaps(item));
  return value;
}
