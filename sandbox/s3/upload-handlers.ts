import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import type { Reply } from "../http";
import { encryptionOf, readAttributes } from "./attributes";
import { checksumNames, compositeChecksum } from "./checksums";
import { type NamedPart, readCompletion } from "./completion";
import { checkWriteConditions } from "./conditions";
import { keep } from "./object-handlers";
import { receiveFile, receiveText } from "./receive";
import { S3Refusal } from "./refusal";
import { parameter } from "./request";
import type { OpenUpload, Part } from "./uploads";
import { emptyReply, type Work, writtenHeaders, xmlReply } from "./work";

/** AWS's limits: part numbers go up to this, and all parts but the last have at least this size. */
const mostParts = 10_000;
const smallestPart = 5 * 1024 * 1024;

export function createMultipartUpload(work: Work): Reply {
  const { request, context, bucketName: bucket } = work;
  work.bucket();
  if (request.headers.get("x-amz-checksum-type") === "FULL_OBJECT") throw new S3Refusal("NotImplemented");
  const checksumName = (request.headers.get("x-amz-checksum-algorithm") ?? "").toLowerCase();
  if (checksumName !== "" && !checksumNames.some((name) => name === checksumName)) {
    throw new S3Refusal("NotImplemented", "This store does not know that checksum.");
  }
  const attributes = readAttributes(request);
  const upload = context.s3.uploads.begin({ bucket, key: request.key, attributes, checksumName });
  const content = [
    ["Bucket", bucket],
    ["Key", request.key],
    ["UploadId", upload.id],
  ] as const;
  return xmlReply("InitiateMultipartUploadResult", content, encryptionOf(attributes));
}

/** The upload that a request is about. Throws a refusal when it is not open. */
export function uploadOf({ request, context, bucket, bucketName }: Work): OpenUpload {
  bucket();
  const upload = context.s3.uploads.find(parameter(request, "uploadId") ?? "");
  if (upload === undefined || upload.bucket !== bucketName || upload.key !== request.key) {
    throw new S3Refusal("NoSuchUpload");
  }
  return upload;
}

export async function uploadPart(work: Work): Promise<Reply> {
  const { id, attributes } = uploadOf(work);
  const text = parameter(work.request, "partNumber") ?? "";
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > mostParts) throw new S3Refusal("InvalidArgument", "Parts have numbers from 1 to 10000.");
  const { file, facts } = await receiveFile(work);
  const { size, md5: etag, checksum } = facts;
  try {
    uploadOf(work); // It may have been aborted in the meantime.
    work.context.s3.uploads.putPart(id, file, { number, size, etag, checksum });
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return emptyReply(writtenHeaders({ ...attributes, etag, checksum, size, modified: 0 }));
}

export async function completeMultipartUpload(work: Work): Promise<Reply> {
  const { request, context, bucketName } = work;
  const upload = uploadOf(work);
  const named = readCompletion(await receiveText(work));
  const parts = partsFor(named, context.s3.uploads.parts(upload.id), upload);
  checkWriteConditions(request, work.bucket().find(request.key), context.settings);
  const file = context.s3.buckets.temporaryFile();
  try {
    await join(
      parts.map(({ number }) => context.s3.uploads.partFile(upload.id, number)),
      file,
    );
    uploadOf(work);
  } catch (error) {
    await rm(file, { force: true });
    uploadOf(work); // Somebody else may have ended it in the meantime.
    throw error;
  }
  const object = await keep(work, file, {
    ...upload.attributes,
    size: parts.reduce((sum, { size }) => sum + size, 0),
    etag: `${md5Of(parts)}-${parts.length}`,
    checksum: checksumOf(parts),
  });
  context.s3.uploads.remove(upload.id);
  const host = request.headers.get("host") ?? "";
  const content = [
    ["Location", `http://${host}${request.rawPath}`],
    ["Bucket", bucketName],
    ["Key", object.key],
    ["ETag", `"${object.etag}"`],
    [`Checksum${object.checksum?.name.toUpperCase()}`, object.checksum?.value],
    ["ChecksumType", object.checksum && "COMPOSITE"],
  ] as const;
  return xmlReply("CompleteMultipartUploadResult", content, encryptionOf(object));
}

/** The parts that a completion names, in its order. Throws a refusal when they are not what it says. */
function partsFor(named: readonly NamedPart[], known: readonly Part[], { checksumName }: OpenUpload): Part[] {
  const byNumber = new Map(known.map((part) => [part.number, part]));
  const parts = named.map(({ number, etag, checksums }, index) => {
    if (number <= (named[index - 1]?.number ?? 0)) throw new S3Refusal("InvalidPartOrder");
    const part = byNumber.get(number);
    const { name, value } = part?.checksum ?? { name: "", value: undefined };
    const isSame = part?.etag === etag && [...checksums].every(([kind, sum]) => kind === name && sum === value);
    const isMissing = checksumName !== "" && !checksums.has(checksumName);
    if (part === undefined || !isSame || isMissing) {
      throw new S3Refusal("InvalidPart", undefined, { PartNumber: String(number) });
    }
    return part;
  });
  const small = parts.slice(0, -1).find(({ size }) => size < smallestPart);
  if (small !== undefined) {
    throw new S3Refusal("EntityTooSmall", undefined, {
      ProposedSize: String(small.size),
      MinSizeAllowed: String(smallestPart),
      PartNumber: String(small.number),
    });
  }
  return parts;
}

/** Writes files one after the other into one. */
async function join(files: readonly string[], whole: string): Promise<void> {
  const handle = await open(whole, "wx", 0o600);
  try {
    for (const file of files) {
      for await (const piece of createReadStream(file)) await handle.writeFile(piece);
    }
  } finally {
    await handle.close();
  }
}

const md5Of = (parts: readonly Part[]): string => {
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(Buffer.from(etag, "hex"));
  return hash.digest("hex");
};

/** Where all parts have a checksum of one kind, the object has one. */
function checksumOf(parts: readonly Part[]): Part["checksum"] {
  const name = parts[0]?.checksum?.name;
  const values = parts.map(({ checksum }) => checksum).filter((checksum) => checksum?.name === name);
  if (name === undefined || values.length < parts.length) return undefined;
  const value = compositeChecksum(
    name,
    values.map((checksum) => checksum?.value ?? ""),
  );
  return { name, value };
}

export function abortMultipartUpload(work: Work): Reply {
  work.context.s3.uploads.remove(uploadOf(work).id);
  return emptyReply({}, 204);
}
