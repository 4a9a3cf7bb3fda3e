import { STORAGE_RANGES } from "../../lib/node-red/storage/ranges";
import { templateProblem } from "../../lib/storage/key-template";
import { checkInto } from "../check-setting";
import type { EditorNode, Translate } from "../node-red";
import { isVariable } from "../variable";
import { hasEffect, keyUse } from "./effect";
import { keyReason } from "./key-preview";
import { textOf, typedOf } from "./read-setting";

const { concurrency, timeout, maxMegabytes, life } = STORAGE_RANGES;
const RANGES = { concurrency, timeout, maxMegabytes, life, linkLife: life };

/** A setting that is a number. */
export type NumberSetting = keyof typeof RANGES;

const isNumber = (property: string): property is NumberSetting => property in RANGES;

export const numberRange = (property: NumberSetting): (typeof RANGES)[NumberSetting] => RANGES[property];

/** Whether a number that is typed into a dialog is in its range; nothing typed means the default. */
export const isInRange = (property: NumberSetting, text: string): boolean => {
  if (text === "" || isVariable(text)) return true;
  const { type, minimum, maximum } = RANGES[property];
  const value = Number(text);
  return (type === "number" || Number.isInteger(value)) && value >= minimum && value <= maximum;
};

/** S3's limits. */
const MOST_TAGS = 10;
const TAG_NAME = /^[\p{L}\p{N}\p{Zs}+\-=._:/@]{1,128}$/u;

const pieces = (text: string, separator: RegExp): string[] =>
  text
    .split(separator)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== "");

/** `name=value` pairs; a value may have the fields of a key, and may be empty. */
export const areTags = (text: string): boolean => {
  if (isVariable(text.trim())) return true;
  const tags = pieces(text, /[,\n]/).map((pair) => {
    const [name = "", ...value] = pair.split("=");
    return { name: name.trim(), value: value.length === 0 ? undefined : value.join("=").trim() };
  });
  const isTag = ({ name, value }: { name: string; value: string | undefined }): boolean =>
    TAG_NAME.test(name) && value !== undefined && (value === "" || templateProblem(value, "upload") === undefined);
  return tags.length <= MOST_TAGS && tags.every(isTag) && new Set(tags.map(({ name }) => name)).size === tags.length;
};

/** `host` or `host:port`. */
const HOST = /^([A-Za-z0-9.-]+|\[[\dA-Fa-f:.]+\])(:\d{1,5})?$/;

export const areHosts = (text: string): boolean =>
  isVariable(text.trim()) || pieces(text, /[,\s]+/).every((host) => HOST.test(host));

/** What can travel in a header. */
const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** Choices; the first of each is the one that holds when nothing is saved. */
export const UPLOAD_MODES = ["upload", "confirm"] as const;
export const ENCRYPTIONS = ["none", "s3", "kms"] as const;
export const LINKS = ["public", "signed"] as const;
export const PRESIGN_METHODS = ["put", "get", "head"] as const;
export const PUT_PLACES = ["flux", "property"] as const;

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  mode: UPLOAD_MODES,
  encryption: ENCRYPTIONS,
  link: LINKS,
  method: PRESIGN_METHODS,
  putInto: PUT_PLACES,
};

const FORMS: Readonly<Record<string, (text: string) => boolean>> = {
  tags: areTags,
  allowedHosts: areHosts,
  cacheControl: isPlain,
  storageClass: isPlain,
  acl: isPlain,
  kmsKey: isPlain,
};

const isRight = (property: string, text: string): boolean => {
  if (text === "" || isVariable(text)) return true;
  if (isNumber(property)) return isInRange(property, text);
  return CHOICES[property]?.includes(text) ?? FORMS[property]?.(text) ?? true;
};

const problemOf = (node: EditorNode, property: string, t: Translate): string | undefined => {
  const read = (name: string): unknown => node[name];
  const readText = (name: string): string => textOf(node, read, name);
  if (!hasEffect(node.type, property, readText)) return undefined;
  switch (property) {
    case "key":
      return keyReason(typedOf(node, read, property), keyUse(node.type, readText), t);
    case "into": {
      const found = checkInto(node, readText(property));
      return found === true ? undefined : found;
    }
    case "source":
    case "object":
      return typedOf(node, read, property).value.trim() === "" ? t(`storage.checks.${property}`) : undefined;
    default:
      return isRight(property, String(node[property] ?? "").trim()) ? undefined : t(`storage.checks.${property}`);
  }
};

/** The validator for the `defaults` of a storage node: true, or the reason why not. */
export const checkStorageSetting = (node: EditorNode, property: string): true | string => {
  const t = node._def._;
  const problem = problemOf(node, property, t);
  if (problem === undefined) return true;
  return property === "key" ? t("storage.checks.key", { problem }) : problem;
};
