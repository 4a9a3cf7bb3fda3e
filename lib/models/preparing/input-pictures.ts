import type { Violation } from "../../errors";
import { dataUriHead, type ImageForm, imageForm } from "../formats";
import type { Leaf, ParameterSet } from "../model";
import { generalPath, readPath, valueAt, writePath } from "../paths";
import { type PictureSize, pictureSize, pictureType } from "../picture";
import { nameOf, type Place, pathOf, put, takeOut } from "../places";
import type { Attachment, FluxRequest } from "../request";
import type { SizeReader } from "../rules/rule";
import { leafViolation, type Sources } from "../wording/violations";
import { grouped, named } from "../wording/wording";

/** base64 writes 3 bytes with 4 characters: no longer string holds no larger picture. */
const charactersFor = (bytes: number): number => Math.floor(bytes / 3) * 4;

/** Bytes of a parameter that the model does not know can only be a picture. */
const unknownLeaf = (place: Place): Leaf => ({ path: generalPath(pathOf(place)), kind: "image", group: "advanced" });

const isKnown = ({ parameter }: Place): boolean =>
  parameter !== undefined && (parameter.leaf !== undefined || !!parameter.isList || !!parameter.isObject);

/** As many characters as every kind of picture shows itself in. */
const TELLING = 64;

/** As many characters as most pictures tell their size in: what comes before is at most a few 64 KB of metadata. */
const TELLING_SIZE = 256 * 1024;

const dataUri = (contentType: string, base64: string): string => `data:${contentType};base64,${base64}`;

/** A picture that is here, and not only named. */
interface HeldPicture {
  contentType: string;
  size: number;
  /** Decoding takes longer than checking: it waits until somebody wants the bytes. */
  readonly bytes: Buffer;
  /** Read without decoding all of it, where its beginning tells. */
  pixels(): PictureSize | undefined;
}

/** An attachment that was read a moment ago. */
export type ReadAttachment = Attachment & HeldPicture;

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
    pixels() {
      return (
        pictureSize(Buffer.from(text.slice(head.length, head.length + TELLING_SIZE), "base64")) ??
        pictureSize(this.bytes)
      );
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
  places: readonly Place[],
  sources: Sources,
  allowUnknown: boolean,
): { attachments: ReadAttachment[]; violations: Violation[] } => {
  const { largestInside, largest = Number.POSITIVE_INFINITY, needsDataUri, placeholder } = model.dialect.inputPictures;
  const attachments: ReadAttachment[] = [];
  const violations: Violation[] = [];

  const refuse = (place: Place, violation: Violation): void => {
    violations.push(violation);
    takeOut(place);
  };

  /** @param inside the picture as it travels inside the request; nothing where that is how it came */
  const send = (place: Place, picture: HeldPicture, inside: () => string | undefined): void => {
    if (picture.size > largest) {
      refuse(place, tooLarge(model, nameOf(place), picture.size, largest, sources));
    } else if (picture.size > largestInside) {
      attachments.push(Object.assign(picture, { path: pathOf(place) }));
      put(place, placeholder());
    } else {
      const form = inside();
      if (form !== undefined) put(place, form);
    }
  };

  for (const place of places) {
    const { value } = place;
    const isUnknown = allowUnknown && Buffer.isBuffer(value) && !isKnown(place);
    const leaf = isUnknown ? unknownLeaf(place) : place.leaf;
    if (leaf?.kind !== "image") continue;
    if (Buffer.isBuffer(value)) {
      const contentType = pictureType(value);
      if (contentType === undefined) refuse(place, leafViolation(leaf, nameOf(place), value, sources));
      else {
        send(place, { contentType, size: value.length, bytes: value, pixels: () => pictureSize(value) }, () =>
          dataUri(contentType, value.toString("base64")),
        );
      }
    } else if (typeof value === "string") {
      const isLong = value.length > charactersFor(largestInside);
      if (!isLong && !needsDataUri) continue;
      const held = pictureInText(value);
      if (held) {
        const { contentType, form } = held;
        send(place, held, () => (needsDataUri && form === "base64" ? dataUri(contentType, value) : undefined));
      } else if (isLong && imageForm(value) === undefined) {
        refuse(place, leafViolation(leaf, nameOf(place), value, sources));
      }
    }
  }
  return { attachments, violations };
};

/** Reads the size of pictures that are here: attached, or inside the request. */
export const sizeReader =
  (request: FluxRequest, attachments: readonly ReadAttachment[]): SizeReader =>
  (parameter) => {
    const attached = attachments.find(({ path }) => writePath(path) === parameter);
    if (attached) return attached.pixels();
    const value = valueAt(request, readPath(parameter));
    return typeof value === "string" ? pictureInText(value)?.pixels() : undefined;
  };
