import { v4 as newUuid } from "uuid";
import type { Violation } from "../errors";
import { dataUriHead, imageForm } from "./formats";
import type { Leaf, Model } from "./model";
import { knows, parametersOf } from "./parameters";
import { generalPath, plainValues, readPath, removeAt, replaceAt, valueAt, writePath } from "./paths";
import { pictureType } from "./picture";
import type { Attachment, FluxRequest } from "./request";
import type { PictureReader } from "./rules/rule";
import { leafViolation, type Sources } from "./violations";

/** Larger pictures are uploaded once and named by their id; smaller ones travel inside the request. Bytes. */
const LARGEST_INSIDE = 256 * 1024;

/** base64 writes 3 bytes with 4 characters: a shorter string holds no larger picture. */
const SHORTEST_OUTSIDE = Math.floor(LARGEST_INSIDE / 3) * 4;

/** Bytes of a parameter that the model does not know can only be a picture. */
const unknownLeaf = (path: string): Leaf => ({ path, kind: "image", group: "advanced" });

/** As many characters as every kind of picture shows itself in. */
const TELLING = 64;

/** A picture that is written out in a string. */
interface WrittenPicture {
  contentType: string;
  size: number;
  /** Decoding takes longer than checking: it waits until somebody wants the bytes. */
  readonly bytes: Buffer;
}

/** The picture that a string holds; undefined when it only names one, or neither. */
const pictureInText = (text: string): WrittenPicture | undefined => {
  const form = imageForm(text);
  if (form !== "dataURI" && form !== "base64") return undefined;
  const head = form === "dataURI" ? (dataUriHead(text) ?? "") : "";
  const declared = /^data:(image\/[a-zA-Z]+)/.exec(head)?.[1];
  const beginning = Buffer.from(text.slice(head.length, head.length + TELLING), "base64");
  let decoded: Buffer | undefined;
  return {
    contentType: pictureType(beginning) ?? declared ?? "application/octet-stream",
    size: Buffer.byteLength(text, "base64") - Math.floor((head.length * 3) / 4),
    get bytes() {
      decoded ??= Buffer.from(text.slice(head.length), "base64");
      return decoded;
    },
  };
};

/**
 * Gives the pictures of a request the form in which they travel, in place: small Buffers become data URIs, and every
 * picture of more than 256 KB becomes an attachment with a placeholder UUID where its id will go. Long strings are
 * checked here, once; what is no picture is taken out and becomes a violation. Short strings are left to the schema.
 */
export const readInputPictures = (
  model: Model,
  request: FluxRequest,
  sources: Sources,
  allowUnknown: boolean,
): { attachments: Attachment[]; violations: Violation[] } => {
  const { leaves } = parametersOf(model);
  const attachments: Attachment[] = [];
  const violations: Violation[] = [];

  const attach = (attachment: Attachment): void => {
    attachments.push(attachment);
    replaceAt(request, attachment.path, newUuid());
  };

  for (const { path, value } of [...plainValues(request)]) {
    const general = generalPath(path);
    const isUnknown = allowUnknown && Buffer.isBuffer(value) && !knows(model, general);
    const leaf = isUnknown ? unknownLeaf(general) : leaves.get(general);
    if (leaf?.kind !== "image") continue;
    if (Buffer.isBuffer(value)) {
      const contentType = pictureType(value);
      if (contentType === undefined) {
        violations.push(leafViolation(leaf, writePath(path), value, sources));
        removeAt(request, path);
      } else if (value.length > LARGEST_INSIDE) attach({ path, bytes: value, contentType });
      else replaceAt(request, path, `data:${contentType};base64,${value.toString("base64")}`);
    } else if (typeof value === "string" && value.length > SHORTEST_OUTSIDE) {
      const held = pictureInText(value);
      if (held && held.size > LARGEST_INSIDE) attach(Object.assign(held, { path }));
      else if (!held && imageForm(value) === undefined) {
        violations.push(leafViolation(leaf, writePath(path), value, sources));
        removeAt(request, path);
      }
    }
  }
  return { attachments, violations };
};

/** Reads the bytes of pictures that are here: attached, or inside the request. */
export const pictureReader =
  (request: FluxRequest, attachments: readonly Attachment[]): PictureReader =>
  (parameter) => {
    const attached = attachments.find(({ path }) => writePath(path) === parameter);
    if (attached) return attached.bytes;
    const value = valueAt(request, readPath(parameter));
    return typeof value === "string" ? pictureInText(value)?.bytes : undefined;
  };
