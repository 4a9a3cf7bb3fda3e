import { isDirectUpload } from "./direct-upload";
import { HEAD_BYTES, pictureType } from "./picture";

/*
 * The string formats of the models' schemas. Pictures come as strings of many megabytes, so every check looks at the
 * head first and then searches once for the first character that does not belong: linear, and nothing to backtrack
 * into. The generated validators load this file by name.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HTTP = /^https?:\/\/[^/]/i;
/** What RFC 3986 does not allow unescaped. */
const NOT_IN_A_URL = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]/;
const DATA_URI_HEAD = /^data:image\/[a-zA-Z]+;base64,/;
/** Longer than any head that the pattern above accepts from a real picture type. */
const DATA_URI_HEAD_LENGTH = 128;
const NOT_BASE64 = /[^A-Za-z0-9+/=]/;

/**
 * The largest seeds by format; smaller than the largest number that keeps its digits, a schema says so itself. Runware
 * names 2^63-1. fal names no bounds; what makes its pictures takes 64 bits (torch.manual_seed).
 */
export const largestSeeds = { seed: 2n ** 63n - 1n, "wide-seed": 2n ** 64n - 1n } as const;

/** Any UUID, as the reference says; versions are not told apart. */
export const uuid = (text: string): boolean => text.length === 36 && UUID.test(text);

/** An absolute http or https URL, with everything else percent-encoded. */
export const httpUrl = (text: string): boolean => HTTP.test(text) && !NOT_IN_A_URL.test(text) && URL.canParse(text);

/** Decimal digits up to a largest seed. */
const seedUpTo =
  (largest: bigint) =>
  (text: string): boolean =>
    /^[0-9]{1,20}$/.test(text) && BigInt(text) <= largest;

/** The part of a data URI in front of its base64 ("data:image/png;base64,"); undefined when it is no image data URI. */
export const dataUriHead = (text: string): string | undefined =>
  text.startsWith("data:") ? DATA_URI_HEAD.exec(text.slice(0, DATA_URI_HEAD_LENGTH))?.[0] : undefined;

/** The bytes at the head of a base64 text. */
export const base64Head = (text: string): Buffer => Buffer.from(text.slice(0, Math.ceil(HEAD_BYTES / 3) * 4), "base64");

/** How a picture is written in a string. */
export type ImageForm = "url" | "uuid" | "dataURI" | "base64";

/** Tells how a string names or holds a picture; undefined when it does neither: a word and a path are no pictures. */
export const imageForm = (text: string): ImageForm | undefined => {
  if (uuid(text)) return "uuid";
  if (HTTP.test(text)) return httpUrl(text) ? "url" : undefined;
  const head = dataUriHead(text);
  if (head !== undefined)
    return text.length > head.length && !NOT_BASE64.test(text.slice(head.length)) ? "dataURI" : undefined;
  if (pictureType(base64Head(text)) === undefined) return undefined;
  return NOT_BASE64.test(text) ? undefined : "base64";
};

/** Characters; room for the head of a picture with white space in front and line breaks inside. */
const SPACED_HEAD = 8192;
const NOT_SPACED_BASE64 = /[^A-Za-z0-9+/=\s]/;

/** The beginning of a text without its white space. */
export const withoutSpace = (text: string): string => text.slice(0, SPACED_HEAD).replace(/\s+/g, "");

/** Whether a text starts like an image data URI, white space not counted. */
export const startsLikeDataUri = (text: string): boolean =>
  /^\s*d/i.test(text.slice(0, SPACED_HEAD)) && /^data:image\//i.test(withoutSpace(text));

/** Whether a text starts with nothing but what base64 is written with, and white space. Punctuation ends that soon. */
export const startsLikeBase64 = (text: string): boolean => !NOT_SPACED_BASE64.test(text.slice(0, SPACED_HEAD));

/**
 * Tells how a string holds a picture when its white space does not count: `base64` and MIME break lines, files end with
 * one. With white space it is no value of an image parameter, but a picture all the same.
 */
export const writtenPicture = (text: string): "dataURI" | "base64" | undefined => {
  const beginning = withoutSpace(text);
  const head = dataUriHead(beginning);
  if (head !== undefined) {
    const isWritten = beginning.length > head.length && !NOT_SPACED_BASE64.test(text.slice(text.indexOf(",") + 1));
    return isWritten ? "dataURI" : undefined;
  }
  if (pictureType(base64Head(beginning)) === undefined) return undefined;
  return NOT_SPACED_BASE64.test(text) ? undefined : "base64";
};

export const image = (text: string): boolean => imageForm(text) !== undefined;

/** A picture as a service that fetches it by its address takes it: fal. */
const imageUrl = (text: string): boolean => {
  const form = imageForm(text);
  return form === "url" || form === "dataURI";
};

/** Where a result may be written to: an address, or a place in a bucket that is signed when the request is sent. */
const uploadAddress = (text: string): boolean => httpUrl(text) || isDirectUpload(text);

const notBlank = (text: string): boolean => /\S/.test(text);

/** By the names that the schemas use. */
export const byName = {
  image,
  "image-url": imageUrl,
  "http-url": httpUrl,
  "upload-address": uploadAddress,
  "not-blank": notBlank,
  seed: seedUpTo(largestSeeds.seed),
  "wide-seed": seedUpTo(largestSeeds["wide-seed"]),
  uuid,
};
