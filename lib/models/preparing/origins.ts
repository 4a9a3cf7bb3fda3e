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
const ID = /^[\w.-]{1,40}$/;
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
export const readSignatures = (origins: unknown, flux: FluxRequest): Map<string, SignedBy> => {
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

/** Whether a parameter is another one or a part of it. */
export const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);

/** The node that set a parameter or what it is in; undefined where that is not known. */
const originOf = (origins: Origins, parameter: string): string | undefined => {
  const around = [...origins.keys()].filter((path) => isWithin(parameter, path));
  const closest = around.sort((a, b) => b.length - a.length)[0];
  return closest === undefined ? undefined : origins.get(closest);
};

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
