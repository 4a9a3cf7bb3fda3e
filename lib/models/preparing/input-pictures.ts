import type { Violation } from "../../errors";
import { dataUriHead, type ImageForm, imageForm } from "../formats";
import type { Leaf, ParameterSet } from "../model";
import { knows, parametersOf } from "../parameters";
import { generalPath, type Path, plainValues, readPath, removeAt, replaceAt, valueAt, writePath } from "../paths";
import { pictureType } from "../picture";
import type { Attachment, FluxRequest } from "../request";
import type { PictureReader } from "../rules/rule";
import { leafViolation, type Sources } from "../wording/violations";
import { grouped, named } from "../wording/wording";

/** base64 writes 3 bytes with 4 characters: no longer string holds no larger picture. */
const charactersFor = (bytes: number): number => Math.floor(bytes / 3) * 4;

/** Bytes of a parameter that the model does not know can only be a picture. */
const unknownLeaf = (path: string): Leaf => ({ path, kind: "image", group: "advanced" });

/** As many characters as every kind of picture shows itself in. */
const TELLING = 64;

const dataUri = (contentType: string, base64: string): string => `data:${contentType};base64,${base64}`;

/** A picture that is here, and not only named. */
interface HeldPicture {
  contentType: string;
  size: number;
  /** Decoding takes longer than checking: it waits until somebody wants the bytes. */
  readonly bytes: Buffer;
}

/** The picture that a string holds; undefined when it only names one, or neither. */
const pictureInText = (text: string): (HeldPicture & { form: ImageForm }) | undefined => {
  const form = imageForm(text);
  if (form !== "dataURI" && form !== "base64") return undefined;
  const head = form === "dataURI" ? (dataUriHead(text) ?? "") : "";
  const declared = /^data:(image\/[a-zA-Z]+)/.exec(head)?.[1];
  const beginning = Buffer.from(text.slice(head.length, head.length + TELLING), "base64");
  let decoded: Buffer | undefined;
  return {
    form,
    contentType: pictureType(beginning) ?? declared ?? "application/octet-stream",
    size: Buffer.byteLength(text, "base64") - Math.floor((head.length * 3) / 4),
    get bytes() {
      decoded ??= Buffer.from(text.slice(head.length), "base64");
      return decoded;
    },
  };
};

/** A picture that its provider does not take, because of its size. */
const tooLarge = (
  model: ParameterSet,
  parameter: string,
  size: number,
  largest: number,
  sources: Sources,
): Violation => {
  const allowed = `at most ${grouped(largest)} bytes`;
  const value = `a picture of ${grouped(size)} bytes`;
  const subject = sources.get(parameter) ?? named(parameter);
  const message = `${subject} is ${value}, but ${model.dialect.title} takes ${allowed} (${largest / 2 ** 20} MiB).`;
  return { parameter, message, value, allowed };
};

/**
 * Gives the pictures of a request the form in which they travel, in place: small Buffers become data URIs, and every
 * larger picture becomes an attachment with a placeholder where its name will go. From where a picture is "larger" is
 * the provider's to say. Long strings are checked here, once; what is no picture is taken out and becomes a violation.
 * Short strings are left to the schema.
 */
export const readInputPictures = (
  model: ParameterSet,
  request: FluxRequest,
  sources: Sources,
  allowUnknown: boolean,
): { attachments: Attachment[]; violations: Violation[] } => {
  const { leaves } = parametersOf(model);
  const { largestInside, largest = Number.POSITIVE_INFINITY, needsDataUri, placeholder } = model.dialect.inputPictures;
  const attachments: Attachment[] = [];
  const violations: Violation[] = [];

  const refuse = (path: Path, violation: Violation): void => {
    violations.push(violation);
    removeAt(request, path);
  };

  /** @param inside the picture as it travels inside the request; nothing where that is how it came */
  const send = (path: Path, picture: HeldPicture, inside: () => string | undefined): void => {
    if (picture.size > largest) {
      refuse(path, tooLarge(model, writePath(path), picture.size, largest, sources));
    } else if (picture.size > largestInside) {
      attachments.push(Object.assign(picture, { path }));
      replaceAt(request, path, placeholder());
    } else {
      const form = inside();
      if (form !== undefined) replaceAt(request, path, form);
    }
  };

  for (const { path, value } of [...plainValues(request)]) {
    const general = generalPath(path);
    const isUnknown = allowUnknown && Buffer.isBuffer(value) && !knows(model, general);
    const leaf = isUnknown ? unknownLeaf(general) : leaves.get(general);
    if (leaf?.kind !== "image") continue;
    if (Buffer.isBuffer(value)) {
      const contentType = pictureType(value);
      if (contentType === undefined) refuse(path, leafViolation(leaf, writePath(path), value, sources));
      else {
        send(path, { contentType, size: value.length, bytes: value }, () =>
          dataUri(contentType, value.toString("base64")),
        );
      }
    } else if (typeof value === "string") {
      const isLong = value.length > charactersFor(largestInside);
      if (!isLong && !needsDataUri) continue;
      const held = pictureInText(value);
      if (held) {
        const { contentType, form } = held;
        send(path, held, () => (needsDataUri && form === "base64" ? dataUri(contentType, value) : undefined));
      } else if (isLong && imageForm(value) === undefined) {
        refuse(path, leafViolation(leaf, writePath(path), value, sources));
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
