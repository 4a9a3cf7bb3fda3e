import { types } from "node:util";
import { FluxError } from "../../errors";
import { httpUrl, uuid, writtenPicture } from "../../models/formats";
import { HEAD_BYTES, type PictureType, pictureType } from "../../models/picture";
import { bytesOf } from "../../models/preparing/bytes-of";
import { elementsOf, isList, lengthOf } from "../../models/preparing/is-list";
import { isJsonBuffer, MAKE_BUFFER } from "../../models/preparing/json-buffer";
import { describe } from "../../models/wording/wording";
import type { DownloadOptions } from "../../net/download-guard";
import { openDownload } from "../../net/open-download";
import { refused } from "./refused";

/** A picture of a message, before its bytes are looked for. */
export type PictureSource = { kind: "bytes"; bytes: Buffer } | { kind: "address"; url: string };

/** A picture that is about to be stored. */
export interface OpenPicture {
  contentType: PictureType;
  body: Buffer | AsyncIterable<Uint8Array>;
  /** Bytes, where that is known ahead. */
  size?: number;
  /** Why the source broke off, if it did. */
  failure(): unknown;
  /** Lets go of what was not taken. */
  close(): Promise<void>;
}

/** Pictures of one message; more would be a mistake of the flow. */
const MOST_PICTURES = 1000;

const FORMS = "an http(s) URL, an image data URI, base64 of a picture file, or a Buffer";

const EXTENSIONS: Readonly<Record<PictureType, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/gif": "gif",
  "image/bmp": "bmp",
  "image/tiff": "tiff",
  "image/avif": "avif",
};

/** How files of that type are named, without the dot. */
export const extensionOf = (type: PictureType): string => EXTENSIONS[type];

/**
 * The pictures that a value holds: one, or a list of them.
 * @param setting where the value is from, in words.
 * @throws FluxError FLUX_VALIDATION that says which one is none.
 */
export function readPictures(value: unknown, setting: string): { sources: PictureSource[]; isList: boolean } {
  if (!isList(value)) return { sources: [readPicture(value, setting)], isList: false };
  const length = lengthOf(value) ?? 0;
  if (length === 0) throw refused(setting, `${setting} is an empty list: there is no picture to store`);
  if (length > MOST_PICTURES)
    throw refused(setting, `${setting} is a list of ${length}; a message has at most 1,000 pictures`);
  const items = elementsOf(value);
  return { sources: items.map((item, index) => readPicture(item, `${setting}[${index}]`)), isList: true };
}

/**
 * The picture that a value holds.
 * @param setting where the value is from, in words.
 * @throws FluxError FLUX_VALIDATION when it is none.
 */
export function readPicture(value: unknown, setting: string): PictureSource {
  if (types.isUint8Array(value)) {
    return picture(bytesOf(value), setting);
  }
  if (isJsonBuffer(value)) {
    throw refused(setting, `${setting} is a Buffer that went through JSON, not a picture; ${MAKE_BUFFER}`);
  }
  if (typeof value !== "string") throw notPicture(value, setting);
  const text = value.trim();
  if (httpUrl(text)) return { kind: "address", url: text };
  if (uuid(text)) {
    throw refused(
      setting,
      `${setting} is the id of a picture at a service, which only the service can use. Store its URL instead`,
    );
  }
  const form = writtenPicture(text);
  if (form === undefined) throw notPicture(value, setting);
  return picture(Buffer.from(form === "dataURI" ? text.slice(text.indexOf(",") + 1) : text, "base64"), setting);
}

function picture(bytes: Buffer, setting: string): PictureSource {
  if (pictureType(bytes) === undefined) {
    throw refused(setting, `${setting} is ${describe(bytes)} that hold no picture that this node knows`);
  }
  return { kind: "bytes", bytes };
}

const notPicture = (value: unknown, setting: string): FluxError =>
  refused(setting, `${setting} is ${describe(value)}, but must be a picture: ${FORMS}, or a list of these`);

/**
 * Opens a picture: what it is, tell its first bytes, and the rest follows as it is taken.
 * @throws FluxError when it cannot be had, is too large, or is no picture.
 */
export async function openPicture(source: PictureSource, options: DownloadOptions): Promise<OpenPicture> {
  if (source.kind === "address") return openAddress(source.url, options);
  const { bytes } = source;
  const contentType = pictureType(bytes);
  if (contentType === undefined) throw new TypeError("a picture that was read before is none any more");
  if (bytes.length > options.maxBytes) {
    throw refused(
      "payload",
      `A picture of ${megabytes(bytes.length)} MB is larger than the ${megabytes(options.maxBytes)} MB that this node stores`,
    );
  }
  return { contentType, body: bytes, size: bytes.length, failure: () => undefined, close: async () => {} };
}

async function openAddress(url: string, options: DownloadOptions): Promise<OpenPicture> {
  const { body, size } = await openDownload(url, options);
  const pieces = body[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  for (let length = 0; length < HEAD_BYTES; ) {
    const { done, value } = await pieces.next();
    if (done) break;
    head.push(value);
    length += value.length;
  }
  const contentType = pictureType(Buffer.concat(head));
  const close = async () => void (await pieces.return?.());
  if (contentType === undefined) {
    await close();
    throw new FluxError(
      "FLUX_PROVIDER",
      `What came from ${new URL(url).host} is no picture that this node knows. Nothing was stored.`,
    );
  }
  let failure: unknown;
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* head;
      for (;;) {
        const next = await pieces.next();
        if (next.done) return;
        yield next.value;
      }
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await close();
    }
  };
  return { contentType, body: whole(), ...(size !== undefined && { size }), failure: () => failure, close };
}

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
