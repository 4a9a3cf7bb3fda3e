import type { Leaf } from "../model";
import { isList } from "../preparing/is-list";
import { isJsonBuffer } from "../preparing/json-buffer";

const listLabels: Readonly<Record<string, string>> = {
  lora: "LoRA",
  controlNet: "ControlNet",
  ipAdapters: "IP-Adapter",
};

/** A parameter as a sentence names it: `ControlNet 2 (controlNet[1].endStep)`. */
export const named = (parameter: string): string => {
  const [, list = "", position] = /^(\w+)\[(\d+)\]/.exec(parameter) ?? [];
  const label = listLabels[list];
  return label === undefined ? parameter : `${label} ${Number(position) + 1} (${parameter})`;
};

/** 3000 -> "3,000". */
export const grouped = (count: number): string => count.toLocaleString("en-US");

/** "a, b or c". */
export const alternatives = (words: readonly string[], conjunction = "or"): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1)}`;

const quoted = (value: string | number | boolean): string => (typeof value === "string" ? `"${value}"` : String(value));

/** " from 1 to 50", " of at least 1", "". */
const range = ({ minimum, maximum }: Leaf): string => {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? "" : ` of at most ${maximum}`;
};

const textLength = ({ minLength, maxLength, notBlank }: Leaf): string => {
  if (notBlank) return " that is more than white space";
  return minLength === undefined || maxLength === undefined
    ? ""
    : ` of ${grouped(minLength)} to ${grouped(maxLength)} characters`;
};

/** More choices than this are counted instead of listed. */
const LISTED_CHOICES = 13;

const choices = ({ choices: known = [] }: Leaf): string =>
  known.length > LISTED_CHOICES ? `one of its ${known.length} names` : alternatives(known.map(quoted));

/** What a parameter takes, to follow "must be". */
export const allowedValues = (leaf: Leaf): string => {
  switch (leaf.kind) {
    case "integer":
      return `${leaf.step === undefined ? "a whole number" : `a multiple of ${leaf.step}`}${range(leaf)}`;
    case "number":
      return `a number${range(leaf)}${leaf.step === undefined ? "" : ` in steps of ${leaf.step}`}`;
    case "boolean":
      return leaf.choices === undefined ? "true or false" : alternatives(leaf.choices.map(quoted));
    case "choice":
      return choices(leaf);
    case "image":
      return `a picture: an http(s) URL, ${leaf.withoutUuid ? "" : "a UUID, "}an image data URI, base64 of a picture file, or a Buffer`;
    case "url":
      return "an http or https URL";
    case "seed":
      return `a whole number from ${leaf.minimum ?? 0} to ${leaf.largest} (above 9007199254740991 as a string of digits)`;
    case "model":
      return 'a model identifier such as "runware:25@1"';
    case "prompt":
    case "text":
      return `text${textLength(leaf)}`;
  }
};

/** Text of unknown parameters, prompts, pictures and (signed) addresses is never quoted. */
const mayBeQuoted = (leaf: Leaf | undefined): boolean =>
  leaf !== undefined && !["prompt", "image", "url", "text"].includes(leaf.kind);

const LONGEST_QUOTE = 60;

const describeText = (text: string, leaf: Leaf | undefined): string => {
  if (text === "") return "empty text";
  if (mayBeQuoted(leaf) && text.length <= LONGEST_QUOTE) return JSON.stringify(text);
  return `text of ${grouped(text.length)} ${text.length === 1 ? "character" : "characters"}`;
};

/** A value as a sentence may show it, to follow "is". */
export const describe = (value: unknown, leaf?: Leaf): string => {
  if (isJsonBuffer(value)) return "a Buffer that went through JSON";
  switch (typeof value) {
    case "string":
      return describeText(value, leaf);
    case "number":
    case "boolean":
    case "undefined":
      return String(value);
    case "bigint":
      return value > -(10n ** 30n) && value < 10n ** 30n ? String(value) : "a bigint of more than 30 digits";
    case "object":
      if (value === null) return "null";
      if (ArrayBuffer.isView(value)) return `a Buffer of ${grouped(value.byteLength)} bytes`;
      return isList(value) ? "a list" : "an object";
    default:
      return `a ${typeof value}`;
  }
};

/** A violation's `value`: plain and short, whatever was given. */
export const reportedValue = (value: unknown, leaf?: Leaf): unknown =>
  typeof value === "number" || typeof value === "boolean" || value === null || value === undefined
    ? value
    : typeof value === "string" && mayBeQuoted(leaf) && value.length <= LONGEST_QUOTE
      ? value
      : describe(value, leaf);
