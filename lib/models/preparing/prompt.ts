import { isUint8Array } from "node:util/types";
import type { Violation } from "../../errors";
import { base64Head, httpUrl, startsLikeBase64, startsLikeDataUri, withoutSpace, writtenPicture } from "../formats";
import type { Leaf, ParameterSet } from "../model";
import { pictureType } from "../picture";
import { nameOf, type Place, takeOut } from "../places";
import type { Sourced } from "../request";
import { allowedValues, describe, grouped } from "../wording/wording";
import { isList } from "./is-list";
import { isJsonBuffer, MAKE_BUFFER } from "./json-buffer";
import { safeCopy } from "./safe-copy";

/** No address that is meant to be clicked or fetched is longer. */
const LONGEST_URL = 8192;

/**
 * What a text that should be a prompt is instead, where that is a picture.
 *
 * @param longest characters up to which the whole text is looked at: only there could it pass as a prompt
 */
const pictureInText = (text: string, longest: number): string | undefined => {
  if (startsLikeDataUri(text)) return "a picture (a data URI)";
  if (text.length <= LONGEST_URL && httpUrl(text.trim())) return "a web address";
  const isBase64 =
    text.length > longest
      ? pictureType(base64Head(withoutSpace(text))) !== undefined
      : startsLikeBase64(text) && writtenPicture(text) === "base64";
  return isBase64 ? "a picture (base64)" : undefined;
};

/** One picture, in any of the forms in which nodes hand them on. A long text is judged by its beginning. */
const isPicture = (value: unknown): boolean =>
  isUint8Array(value)
    ? pictureType(value) !== undefined
    : isJsonBuffer(value) || (typeof value === "string" && pictureInText(value, 0) !== undefined);

/** The elements of a list that is not ours: copied, because a look at it must call nothing. */
const elementsOf = (list: readonly unknown[]): readonly unknown[] => {
  const { elements } = safeCopy({ elements: list }, "").copy;
  return Array.isArray(elements) ? elements : [];
};

/** What a value that should be a prompt is instead, where that is a picture; undefined for anything else. */
const pictureInPlace = (value: unknown, longest: number): string | undefined => {
  if (isUint8Array(value)) {
    const size = `a Buffer of ${grouped(value.byteLength)} bytes`;
    return pictureType(value) === undefined ? size : `a picture (${size})`;
  }
  if (isJsonBuffer(value)) return describe(value);
  if (isList(value)) {
    const elements = elementsOf(value);
    if (elements.length === 0 || !elements.every(isPicture)) return undefined;
    return `a list of ${grouped(elements.length)} ${elements.length === 1 ? "picture" : "pictures"}`;
  }
  return typeof value === "string" ? pictureInText(value, longest) : undefined;
};

/** Texts longer than this are not worth counting character by character. */
const WORTH_COUNTING = 100_000;

/** Code points, which is how the service counts; code units where there are far too many anyway. */
const length = (text: string): number => (text.length > WORTH_COUNTING ? text.length : [...text].length);

/** Whether a text has the length that its parameter wants. It has to be counted only where surrogates make the difference. */
const fits = (text: string, { minLength = 0, maxLength = Number.POSITIVE_INFINITY }: Leaf): boolean => {
  if (text.length <= maxLength && text.length >= 2 * minLength) return true;
  const count = length(text);
  return count >= minLength && count <= maxLength;
};

/** Code units that a prompt may have: a character may be two of them. */
const longestOf = ({ maxLength = Number.POSITIVE_INFINITY }: Leaf): number => maxLength * 2;

/** A violation of a prompt, in words that start with where it came from; its value is described only. */
const promptProblem = ({ path }: Leaf, message: string, allowed: string, holds?: string): Violation => ({
  parameter: path,
  message,
  ...(holds !== undefined && { value: holds }),
  allowed,
});

/** A picture where a prompt belongs. */
const pictureViolation = ({ value, source }: Sourced, leaf: Leaf, picture: string): Violation => {
  const allowed = allowedValues(leaf);
  const remedy = isJsonBuffer(value) ? ` ${MAKE_BUFFER}.` : "";
  const message = `${source} holds ${picture}, but a prompt is ${allowed}. Pictures go where "Image from" points, or into msg.flux.${remedy}`;
  return promptProblem(leaf, message, allowed, picture);
};

/**
 * Takes out, in place, the pictures that a request holds where prompts belong: negative prompts, those of refined faces.
 * The main prompt has its own check.
 */
export const refusePicturePrompts = (model: ParameterSet, places: readonly Place[]): Violation[] => {
  const violations: Violation[] = [];
  for (const place of places) {
    const { leaf, value } = place;
    if (leaf?.kind !== "prompt" || leaf.path === model.dialect.promptParameter) continue;
    const picture = pictureInPlace(value, longestOf(leaf));
    if (picture === undefined) continue;
    violations.push(pictureViolation({ value, source: nameOf(place) }, leaf, picture));
    takeOut(place);
  }
  return violations;
};

/**
 * Checks a prompt before anything else looks at it: a picture in its place is named as such, and a text of 100 MB is
 * refused by its length alone.
 *
 * @param leaf the parameter that the prompt is for
 * @returns undefined when the prompt is good
 */
export const promptViolation = ({ value, source }: Sourced, leaf: Leaf): Violation | undefined => {
  const picture = pictureInPlace(value, longestOf(leaf));
  if (picture !== undefined) return pictureViolation({ value, source }, leaf, picture);
  if (typeof value === "string" && fits(value, leaf) && (!leaf.notBlank || /\S/.test(value)) && value !== "") {
    return undefined;
  }
  const allowed = allowedValues(leaf);
  const violation = (message: string, holds?: string): Violation =>
    promptProblem(leaf, `${source} ${message}`, allowed, holds);
  if (value === undefined || value === null || value === "") {
    return violation(`holds nothing, but this model needs a prompt: ${allowed}.`);
  }
  if (typeof value !== "string") {
    // Kind only: a number or an object in a prompt's place may be as private as a prompt.
    const kind = typeof value === "object" ? describe(value, leaf) : `a ${typeof value}`;
    return violation(`holds ${kind}, but a prompt is ${allowed}.`, kind);
  }
  if (leaf.notBlank && !/\S/.test(value)) {
    return violation(`holds nothing but white space, but a prompt is ${allowed}.`, "white space");
  }
  const count = length(value);
  const holds = `text of ${grouped(count)} ${count === 1 ? "character" : "characters"}`;
  return violation(`holds ${holds}, but a prompt is ${allowed}.`, holds);
};
