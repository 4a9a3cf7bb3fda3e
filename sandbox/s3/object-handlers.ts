import { createReadStream, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Reply } from "../http";
import { readAttributes } from "./attributes";
import { checkReadConditions, checkWriteConditions } from "./conditions";
import type { StoredObject } from "./objects";
import { rangeIn } from "./range";
import { receiveFile } from "./receive";
import { headerValue, type S3Request } from "./request";
import { emptyReply, objectOf, type Work, writtenHeaders } from "./work";

export async function putObject(work: Work): Promise<Reply> {
  const attributes = readAttributes(work.request);
  const bucket = work.bucket();
  checkWriteConditions(work.request, bucket.find(work.request.key), work.context.settings);
  const { file, facts } = await receiveFile(work);
  const { size, md5: etag, checksum } = facts;
  const object = await keep(work, file, { size, etag, checksum, ...attributes });
  return emptyReply(writtenHeaders(object));
}

/** Makes a temporary file the object that the request names. The file is gone when it throws. */
export async function keep(
  work: Work,
  file: string,
  facts: Omit<StoredObject, "key" | "path" | "modified">,
): Promise<StoredObject> {
  const { request, context, bucketName } = work;
  try {
    const bucket = work.bucket();
    // Again: somebody else may have been faster. From here on nothing waits.
    checkWriteConditions(request, bucket.find(request.key), context.settings);
    const object = bucket.put(file, { ...facts, key: request.key });
    context.events.emit("stored", { bucket: bucketName, key: object.key, size: object.size });
    return object;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

export function getObject(work: Work): Reply {
  const { request, bucket } = work;
  const object = objectOf(work);
  checkReadConditions(request, object);
  const range = rangeIn(request.headers.get("range"), object.size);
  const { start, end } = range ?? { start: 0, end: object.size };
  const contentRange = { "content-range": `bytes ${start}-${end - 1}/${object.size}` };
  const headers = {
    ...describe(object, request),
    ...(range === undefined ? {} : contentRange),
    "content-length": String(end - start),
  };
  const { "content-type": contentType = "", ...others } = { ...headers, ...overridden(request) };
  const status = range === undefined ? 200 : 206;
  const pieces = piecesOf(bucket().fileOf(object), start, end);
  return { status, contentType, headers: others, pieces };
}

async function* piecesOf(path: string, start: number, end: number): AsyncGenerator<Buffer> {
  if (end <= start) return;
  // Opened at once, in the turn in which it was found: what is written over it later is another file.
  yield* createReadStream("", { fd: openSync(path, "r"), start, end: end - 1 });
}

export function headObject(work: Work): Reply {
  const object = objectOf(work);
  checkReadConditions(work.request, object);
  const range = rangeIn(work.request.headers.get("range"), object.size);
  const length = range === undefined ? object.size : range.end - range.start;
  const { "content-type": contentType = "", ...headers } = describe(object, work.request);
  const status = range === undefined ? 200 : 206;
  return { status, contentType, content: "", headers: { ...headers, "content-length": String(length) } };
}

/** Also when there is nothing to delete: S3 does not tell. */
export function deleteObject({ request, bucket }: Work): Reply {
  bucket().remove(request.key);
  return emptyReply({}, 204);
}

/** The headers of an object. */
function describe({ headers, tags, etag, modified, checksum }: StoredObject, request: S3Request) {
  const wantsChecksum = request.headers.get("x-amz-checksum-mode")?.toUpperCase() === "ENABLED";
  const hasRange = request.headers.has("range");
  const described: Record<string, string> = {
    ...headers,
    etag: `"${etag}"`,
    "last-modified": new Date(modified).toUTCString(),
    "accept-ranges": "bytes",
  };
  if (tags.length > 0) described["x-amz-tagging-count"] = String(tags.length);
  if (wantsChecksum && checksum && !hasRange) described[`x-amz-checksum-${checksum.name}`] = checksum.value;
  return described;
}

/** Headers that a signed request wants to be answered with: `response-content-disposition=attachment`. */
const overridden = ({ query }: S3Request): Record<string, string> =>
  Object.fromEntries(
    query
      .map(([name, value]) => [name.replace(/^response-/, ""), value] as const)
      .filter(([name], index) => query[index]?.[0] !== name && overridable.test(name))
      .map(([name, value]) => [name, headerValue(name, value)]),
  );

const overridable = /^(content-type|content-language|expires|cache-control|content-disposition|content-encoding)$/;
