import { createHash } from "node:crypto";
import { type Checksum, type ChecksumName, checksumNames, checksumSizes, runningChecksum } from "./checksums";
import { type Chunking, dechunk } from "./chunked";
import { S3Refusal } from "./refusal";
import type { S3Request } from "./request";
import type { Seal } from "./signature";

/** What a body turned out to be. */
export interface BodyFacts {
  size: number;
  /** In hexadecimal. */
  md5: string;
  checksum: Checksum | undefined;
}

/** AWS's limit for one request: 5 GiB. */
const largestBody = 5 * 1024 ** 3;

const payloadKinds: Readonly<Record<string, { isSigned: boolean; hasTrailer: boolean }>> = {
  "STREAMING-UNSIGNED-PAYLOAD-TRAILER": { isSigned: false, hasTrailer: true },
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": { isSigned: true, hasTrailer: false },
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": { isSigned: true, hasTrailer: true },
};

/**
 * The content of a request, piece by piece, and what it turned out to be. Only when the last piece was taken is it known
 * whether all of them were right.
 * @param payload the content's SHA-256, or the word that stands for it
 * @param received what comes through the connection
 * @throws S3Refusal at once for headers that contradict each other, while reading for content that is not what they say
 */
export function readBody(
  request: S3Request,
  payload: string,
  seal: Seal,
  received: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, BodyFacts> {
  const { headers } = request;
  const chunking = chunkingOf(headers, payload, seal);
  const length = lengthOf(headers, chunking !== undefined);
  const announced = announcedChecksum(headers, chunking?.trailers ?? []);
  const md5 = contentMd5(headers);
  const hash = hashOf(payload);
  return read();

  async function* read(): AsyncGenerator<Buffer, BodyFacts> {
    const [md5Sum, sha256Sum] = [createHash("md5"), createHash("sha256")];
    const sum = announced && runningChecksum(announced.name);
    let size = 0;
    const pieces = chunking === undefined ? withoutTrailer(received) : dechunk(received, chunking);
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) {
      const piece = next.value;
      size += piece.length;
      if (size > length) throw new S3Refusal("IncompleteBody");
      md5Sum.update(piece);
      if (hash !== undefined) sha256Sum.update(piece);
      sum?.update(piece);
      yield piece;
    }
    if (size !== length) throw new S3Refusal("IncompleteBody");
    if (hash !== undefined && sha256Sum.digest("hex") !== hash) throw new S3Refusal("XAmzContentSHA256Mismatch");
    const md5Digest = md5Sum.digest();
    if (md5 !== undefined && !md5.equals(md5Digest)) throw new S3Refusal("BadDigest");
    const checksum = announced && sum && compared(announced, sum.digest().toString("base64"), next.value);
    return { size, md5: md5Digest.toString("hex"), checksum };
  }
}

async function* withoutTrailer(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, Map<string, string>> {
  yield* pieces;
  return new Map();
}

/** How the content is chunked; undefined: it is not. */
function chunkingOf(headers: S3Request["headers"], payload: string, seal: Seal): Chunking | undefined {
  const kind = Object.hasOwn(payloadKinds, payload) ? payloadKinds[payload] : undefined;
  if (kind === undefined) {
    if (payload.startsWith("STREAMING-")) throw new S3Refusal("NotImplemented");
    if (/\baws-chunked\b/.test(headers.get("content-encoding") ?? "")) throw new S3Refusal("InvalidRequest");
    return undefined;
  }
  const trailers = (headers.get("x-amz-trailer") ?? "").toLowerCase().split(/\s*,\s*/);
  const names = trailers.filter((name) => name !== "");
  if (kind.hasTrailer !== names.length > 0) throw new S3Refusal("MalformedTrailerError");
  return { seal: kind.isSigned ? seal : undefined, trailers: names };
}

/** How long the content is, taken out of its chunks. */
function lengthOf(headers: S3Request["headers"], isChunked: boolean): number {
  const text = headers.get(isChunked ? "x-amz-decoded-content-length" : "content-length");
  if (text === undefined) throw new S3Refusal("MissingContentLength");
  if (!/^\d{1,15}$/.test(text)) throw new S3Refusal("InvalidArgument", "The content's length is not a number.");
  if (Number(text) > largestBody) throw new S3Refusal("EntityTooLarge");
  return Number(text);
}

/** A signed hash; undefined where there is a word instead. */
function hashOf(payload: string): string | undefined {
  if (payload === "UNSIGNED-PAYLOAD" || Object.hasOwn(payloadKinds, payload)) return undefined;
  if (/^[0-9a-f]{64}$/.test(payload)) return payload;
  throw new S3Refusal("InvalidArgument", "x-amz-content-sha256 is neither a hash nor a word that stands for one.");
}

function contentMd5(headers: S3Request["headers"]): Buffer | undefined {
  const text = headers.get("content-md5");
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== 16) throw new S3Refusal("InvalidDigest");
  return bytes;
}

/** The checksum that comes with the content: before it, in a header, or behind it. */
interface Announced {
  name: ChecksumName;
  /** Undefined: it stands in the trailer. */
  value: string | undefined;
}

function announcedChecksum(headers: S3Request["headers"], trailers: readonly string[]): Announced | undefined {
  const inHeaders = [...headers.keys()].filter(isChecksum);
  const all = [...inHeaders, ...trailers.filter(isChecksum)];
  const [header] = all;
  if (header === undefined) {
    if (!headers.has("x-amz-sdk-checksum-algorithm")) return undefined;
    throw new S3Refusal("InvalidRequest", "x-amz-sdk-checksum-algorithm announces a checksum that does not come.");
  }
  if (all.length > 1) throw new S3Refusal("InvalidRequest", "Only one checksum can come with the content.");
  const name = checksumNames.find((known) => header === `x-amz-checksum-${known}`);
  if (name === undefined) throw new S3Refusal("NotImplemented", `This store does not know ${header.slice(0, 60)}.`);
  const value = headers.get(header);
  if (value !== undefined) checkForm(name, value);
  return { name, value };
}

const isChecksum = (header: string): boolean =>
  header.startsWith("x-amz-checksum-") && !/-(mode|algorithm|type)$/.test(header);

function checkForm(name: ChecksumName, value: string): void {
  if (Buffer.from(value, "base64").length === checksumSizes[name]) return;
  throw new S3Refusal("InvalidRequest", `The value of x-amz-checksum-${name} is not a checksum of that kind.`);
}

function compared({ name, value }: Announced, found: string, trailer: ReadonlyMap<string, string>): Checksum {
  const expected = value ?? trailer.get(`x-amz-checksum-${name}`) ?? "";
  checkForm(name, expected);
  if (expected !== found) throw new S3Refusal("BadDigest");
  return { name, value: found };
}
