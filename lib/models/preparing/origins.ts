import type { Origin } from "../composition/composition";
import { readPath } from "../paths";
import type { FluxRequest } from "../request";
import { named } from "../wording/wording";
import { isObject } from "./merge";
import { peek } from "./peek";
import { safeCopy } from "./safe-copy";

/**
 * Which node upstream set a parameter, by path: `lora[0]` -> `"style" / flux-lora`. Composition nodes write it to
 * `msg.fluxOrigins` beside what they add to `msg.flux`.
 */
export type Origins = ReadonlyMap<string, string>;

/** `pulid`, `lora[0]`, `acceleratorOptions.fbCache`: what a composition node can have set. */
const PATH = /^[A-Za-z]\w{0,59}(\[\d{1,4}\]|\.[A-Za-z]\w{0,59}){0,8}$/;
const TYPE = /^[a-z][a-z0-9-]{0,39}$/;
/** A node inside subflows has the ids of all of them in its own: 16 characters and a hyphen each. */
const ID = /^[\w.-]{1,200}$/;
const LONGEST_NAME = 40;

/** Characters; enough for a name of the longest kind with control characters in it. */
const LOOKED_AT = 400;

/** A name that somebody gave a node, as one short line. */
const shownName = (name: unknown): string | undefined => {
  if (typeof name !== "string") return undefined;
  const line = name
    .slice(0, LOOKED_AT)
    .replace(/[\p{C}\p{Z}\s]+/gu, " ")
    .replaceAll('"', "'")
    .trim();
  const letters = [...line];
  if (letters.length === 0) return undefined;
  return `"${letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME).join("")}...` : line}"`;
};

const matching = (value: unknown, pattern: RegExp): string | undefined =>
  typeof value === "string" && pattern.test(value) ? value : undefined;

/** What is plausible of an origin. */
type SignedBy = Partial<Origin>;

const plausible = ({ id, type, name }: FluxRequest): SignedBy => {
  const [which, what] = [matching(id, ID), matching(type, TYPE)];
  return {
    ...(which !== undefined && { id: which }),
    ...(what !== undefined && { type: what }),
    ...(typeof name === "string" && shownName(name) !== undefined && { name: name.slice(0, LOOKED_AT) }),
  };
};

/** A node as a sentence names it: `"style" / flux-lora`; without a name by its id. */
const shownNode = ({ id, type, name }: SignedBy): string | undefined => {
  const called = shownName(name) ?? (id === undefined ? undefined : `node ${id}`);
  return [called, type].filter((part) => part !== undefined).join(" / ") || undefined;
};

/** Whether `msg.flux`, of which nothing is known, has something at a path. */
const isThere = (flux: unknown, path: string): boolean =>
  readPath(path).reduce<unknown>((value, part) => peek(value, part), flux) !== undefined;

/**
 * Reads `msg.fluxOrigins`: an object by parameter path, of `{ id, type, name? }`. Nothing of it is trusted: what has
 * another form is left out, and so is what speaks of parameters that the message does not have.
 *
 * @param origins as they came
 * @param flux `msg.flux`; nothing of it is called
 */
const readSignatures = (origins: unknown, flux: FluxRequest): Map<string, SignedBy> => {
  const found = new Map<string, SignedBy>();
  if (typeof origins !== "object" || origins === null) return found;
  for (const [path, node] of Object.entries(safeCopy(origins, "msg.fluxOrigins").copy)) {
    if (!PATH.test(path) || !isObject(node) || !isThere(flux, path)) continue;
    const signedBy = plausible(node);
    if (shownNode(signedBy) !== undefined) found.set(path, signedBy);
  }
  return found;
};

/** `msg.fluxOrigins`, to be put into sentences. Parameters: see `readSignatures`. */
export const readOrigins = (origins: unknown, flux: FluxRequest): Origins =>
  new Map([...readSignatures(origins, flux)].map(([path, signedBy]) => [path, shownNode(signedBy) ?? ""]));

/** A parameter and what it is in, from the inside out: `lora[0].weight`, `lora[0]`, `lora`. */
function* outwards(parameter: string): Generator<string> {
  for (let path = parameter; path !== ""; ) {
    yield path;
    path = path.slice(0, Math.max(path.lastIndexOf("."), path.lastIndexOf("["), 0));
  }
}

/**
 * `msg.fluxOrigins` behind a node: what that set is signed with it. What speaks of what is gone is left out.
 *
 * @param origins as they came
 * @param flux `msg.flux` behind the node; nothing of it is called
 * @param set paths of what the node set
 * @param replaced paths of what it took out, whether or not there is something new in its place
 */
export const signed = (
  origins: unknown,
  flux: FluxRequest,
  { id, type, name }: Origin,
  set: readonly string[],
  replaced: readonly string[] = [],
): Record<string, SignedBy> => {
  const gone = new Set([...set, ...replaced]);
  const kept = [...readSignatures(origins, flux)].filter(
    ([path]) => ![...outwards(path)].some((outer) => gone.has(outer)),
  );
  return Object.fromEntries([...kept, ...set.map((path) => [path, { id, type, ...(name && { name }) }] as const)]);
};

/** The node that set a parameter or what it is in; undefined where that is not known. */
const originOf = (origins: Origins, parameter: string): string | undefined => {
  for (const path of outwards(parameter)) if (origins.has(path)) return origins.get(path);
  return undefined;
};

const isWithin = (inner: string, outer: string): boolean =>
  inner.startsWith(outer) && [undefined, ".", "["].includes(inner[outer.length]);

/** Every node that set a parameter, what it is in, or something in it; each once. */
export const originsAround = (origins: Origins, parameter: string): string[] => {
  const inside = [...origins].filter(([path]) => isWithin(path, parameter)).map(([, label]) => label);
  const closest = originOf(origins, parameter);
  return [...new Set(closest === undefined ? inside : [closest, ...inside])];
};

/** A sentence about a parameter with the node in it: `LoRA 1 (lora[0].weight), from "style" / flux-lora, is 9, but ...`. */
export const withOrigin = (origins: Origins, parameter: string, message: string): string => {
  const label = originOf(origins, parameter);
  if (label === undefined || message.includes(label)) return message;
  const subject = named(parameter);
  const at = message.indexOf(subject);
  if (at < 0) return `${message} (${parameter} is from ${label}.)`;
  const rest = message.slice(at + subject.length);
  return `${message.slice(0, at)}${subject}, from ${label}${rest.startsWith(" ") ? "," : ""}${rest}`;
};
