import { FluxError } from "../../errors";
import { digestOf } from "../../models/prompt-hash";
import { TAG_LIMITS } from "../../storage/s3-facts";
import type { NewObject } from "../../storage/store";
import { checkTemplate, type FieldValue, filledTemplate } from "./key-values";
import type { PictureFacts } from "./picture-facts";
import type { UploadSettings } from "./settings";

/** Bytes that the prompt may take of the 2 kB that S3 gives everything beside an object. */
const PROMPT_BYTES = 1200;

/** How an object is kept, as the dialog says. */
type Kept = Omit<NewObject, "key" | "body" | "contentType" | "metadata" | "tags" | "neverOverwrite">;

/** @throws FluxError FLUX_CONFIG when the dialog's values cannot be used. */
export function keptAs({ cacheControl, storageClass, acl, encryption, kmsKey }: UploadSettings): Kept {
  const given = { cacheControl, storageClass, acl };
  for (const [name, value] of Object.entries({ ...given, kmsKey })) {
    if (/[^\x20-\x7e]/.test(value)) throw unusable(`${name} has characters that no header can have`);
  }
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== "")),
    ...(encryption === "s3" && { encryption: { type: "AES256" } }),
    ...(encryption === "kms" && { encryption: { type: "aws:kms", ...(kmsKey !== "" && { keyId: kmsKey }) } }),
  };
}

/** A tag, of which the value may be a template. */
interface Tag {
  name: string;
  value: string;
}

/**
 * Reads `project=shop, job={jobId}`.
 * @throws FluxError FLUX_CONFIG.
 */
export function readTags({ tags }: UploadSettings): Tag[] {
  const pairs = tags
    .split(/[,\n]/)
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
  const read = pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) throw unusable(`tags: "${pair.slice(0, 60)}" is no name=value`);
    return { name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() };
  });
  for (const { name, value } of read) {
    if (name.length > TAG_LIMITS.name || notInTags(name))
      throw unusable(`tags: "${name.slice(0, 60)}" is no name of a tag`);
    if (value !== "") checkTemplate(value, "upload", `tags: ${name}`);
  }
  if (read.length > TAG_LIMITS.most) throw unusable(`tags: an object has at most ${TAG_LIMITS.most}`);
  if (new Set(read.map(({ name }) => name)).size < read.length) throw unusable("tags: a name is there twice");
  return read;
}

/** @throws FluxError FLUX_VALIDATION when the message lacks a value that a tag needs. */
export const filledTags = (tags: readonly Tag[], value: FieldValue): Record<string, string> =>
  Object.fromEntries(
    tags.map(({ name, value: template }) => [
      name,
      filledTemplate(template, value, `tags: ${name}`)
        .replace(NOT_IN_TAGS, "-")
        .slice(0, TAG_LIMITS.value)
        .replace(HALF_AT_END, ""),
    ]),
  );

const NOT_IN_TAGS = /[^\p{L}\p{N}\p{Zs}+\-=._:/@]/gu;

/** Of a character that was cut in two. */
const HALF_AT_END = /[\uD800-\uDBFF]$/;

const notInTags = (name: string): boolean => name.search(NOT_IN_TAGS) >= 0;

/** What tells later which picture an object is: it is how a redelivered one is recognised. */
export const IDENTITY = { job: "job-id", picture: "picture-id" } as const;

/** What stands beside an object: where it comes from. */
export function metadataOf(facts: PictureFacts, settings: UploadSettings): Record<string, string> {
  const { provider, model, seed, prompt, promptHash } = facts;
  const origin = { provider, model, seed, "prompt-sha256": promptHash && digestOf(promptHash) };
  return {
    ...((settings.metadata || settings.neverOverwrite) && identityOf(facts)),
    ...(settings.metadata && written(origin)),
    ...(settings.promptInMetadata && written({ prompt })),
  };
}

/** By which a picture that is there already is recognised. */
export const identityOf = ({ jobId, pictureId }: PictureFacts): Record<string, string> =>
  written({ [IDENTITY.job]: jobId, [IDENTITY.picture]: pictureId });

const written = (told: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(told).flatMap(([name, value]) => (value === undefined ? [] : [[name, inAscii(value)]])),
  );

/** Percent-encoded where it is not ASCII, and cut at a whole character where it is too long. */
function inAscii(text: string): string {
  let written = "";
  for (const character of text.slice(0, PROMPT_BYTES)) {
    const isPlain = /^[\x20-\x24\x26-\x7e]$/.test(character);
    const encoded = isPlain ? character : encodeURIComponent(/\p{Cs}/u.test(character) ? "\uFFFD" : character);
    if (written.length + encoded.length > PROMPT_BYTES) break;
    written += encoded;
  }
  return written.trim();
}

const unusable = (problem: string): FluxError =>
  new FluxError("FLUX_CONFIG", `This node has settings that cannot be used: ${problem}. Nothing was stored.`, {
    provider: "s3",
  });
