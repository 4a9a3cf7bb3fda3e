import type { Reply } from "../http";
import type { StoredObject } from "./objects";
import { S3Refusal } from "./refusal";
import { parameter, type S3Request } from "./request";
import { uploadOf } from "./upload-handlers";
import { type Work, xmlReply } from "./work";
import type { Element } from "./xml";

/** AWS's limit for one answer. */
const mostEntries = 1000;

const isoTime = (time: number): string => new Date(time).toISOString();

const storageClassOf = (headers: Readonly<Record<string, string>>): string =>
  headers["x-amz-storage-class"] ?? "STANDARD";

function limitIn(request: S3Request, name: string): number {
  const text = parameter(request, name) ?? String(mostEntries);
  if (!/^\d{1,9}$/.test(text)) throw new S3Refusal("InvalidArgument", `${name} takes a number.`);
  return Math.min(mostEntries, Number(text));
}

/** An object, or all objects whose keys go on from a common beginning. */
type Entry = { object: StoredObject } | { prefix: string };

export function listObjects({ request, bucket, bucketName }: Work): Reply {
  if (parameter(request, "list-type") !== "2") throw new S3Refusal("NotImplemented");
  const prefix = parameter(request, "prefix") ?? "";
  const delimiter = parameter(request, "delimiter") ?? "";
  const limit = limitIn(request, "max-keys");
  const token = parameter(request, "continuation-token");
  const startAfter = parameter(request, "start-after") ?? "";
  const encode = encodingIn(request);
  const after = token === undefined ? startAfter : Buffer.from(token, "base64url").toString("utf8");
  const entries = entriesOf(
    bucket()
      .list()
      .filter(({ key }) => key.startsWith(prefix)),
    prefix,
    delimiter,
  ).filter((entry) => after === "" || Buffer.compare(Buffer.from(nameOf(entry)), Buffer.from(after)) > 0);
  const shown = entries.slice(0, limit);
  const last = shown.at(-1);
  const isTruncated = shown.length < entries.length && last !== undefined;
  return xmlReply("ListBucketResult", [
    ["Name", bucketName],
    ["Prefix", encode(prefix)],
    ["Delimiter", delimiter === "" ? undefined : encode(delimiter)],
    ["StartAfter", startAfter === "" ? undefined : encode(startAfter)],
    ["MaxKeys", limit],
    ["KeyCount", shown.length],
    ["EncodingType", parameter(request, "encoding-type")],
    ["IsTruncated", isTruncated],
    ["ContinuationToken", token],
    ["NextContinuationToken", isTruncated ? Buffer.from(nameOf(last)).toString("base64url") : undefined],
    ...shown.map((entry) => elementOf(entry, encode)),
  ]);
}

/** Keys may hold what XML cannot; a client that asks for it gets them encoded. */
function encodingIn(request: S3Request): (text: string) => string {
  const type = parameter(request, "encoding-type");
  if (type === undefined) return (text) => text;
  if (type !== "url") throw new S3Refusal("InvalidArgument", "The only encoding type is url.");
  return (text) => encodeURIComponent(text).replaceAll("%2F", "/");
}

function entriesOf(objects: readonly StoredObject[], prefix: string, delimiter: string): Entry[] {
  const entries: Entry[] = [];
  const prefixes = new Set<string>();
  for (const object of objects) {
    const end = delimiter === "" ? -1 : object.key.indexOf(delimiter, prefix.length);
    if (end < 0) entries.push({ object });
    else {
      const common = object.key.slice(0, end + delimiter.length);
      if (!prefixes.has(common)) entries.push({ prefix: common });
      prefixes.add(common);
    }
  }
  return entries;
}

const nameOf = (entry: Entry): string => ("prefix" in entry ? entry.prefix : entry.object.key);

function elementOf(entry: Entry, encode: (text: string) => string): Element {
  if ("prefix" in entry) return ["CommonPrefixes", [["Prefix", encode(entry.prefix)]]];
  const { key, modified, etag, size, headers } = entry.object;
  return [
    "Contents",
    [
      ["Key", encode(key)],
      ["LastModified", isoTime(modified)],
      ["ETag", `"${etag}"`],
      ["Size", size],
      ["StorageClass", storageClassOf(headers)],
    ],
  ];
}

export function listMultipartUploads({ request, bucket, bucketName, context }: Work): Reply {
  bucket();
  const prefix = parameter(request, "prefix") ?? "";
  const limit = limitIn(request, "max-uploads");
  const encode = encodingIn(request);
  const uploads = context.s3.uploads.list(bucketName).filter(({ key }) => key.startsWith(prefix));
  return xmlReply("ListMultipartUploadsResult", [
    ["Bucket", bucketName],
    ["Prefix", encode(prefix)],
    ["MaxUploads", limit],
    ["EncodingType", parameter(request, "encoding-type")],
    ["IsTruncated", uploads.length > limit],
    ...uploads.slice(0, limit).map(
      ({ key, id, initiated, attributes }): Element => [
        "Upload",
        [
          ["Key", encode(key)],
          ["UploadId", id],
          ["StorageClass", storageClassOf(attributes.headers)],
          ["Initiated", isoTime(initiated)],
        ],
      ],
    ),
  ]);
}

export function listParts(work: Work): Reply {
  const { request, context, bucketName } = work;
  const upload = uploadOf(work);
  const limit = limitIn(request, "max-parts");
  const after = Number(parameter(request, "part-number-marker") ?? 0);
  const parts = context.s3.uploads.parts(upload.id).filter(({ number }) => number > after);
  const shown = parts.slice(0, limit);
  const isTruncated = shown.length < parts.length;
  return xmlReply("ListPartsResult", [
    ["Bucket", bucketName],
    ["Key", upload.key],
    ["UploadId", upload.id],
    ["StorageClass", storageClassOf(upload.attributes.headers)],
    ["PartNumberMarker", after],
    ["NextPartNumberMarker", isTruncated ? shown.at(-1)?.number : undefined],
    ["MaxParts", limit],
    ["IsTruncated", isTruncated],
    ...shown.map(
      ({ number, modified, etag, size }): Element => [
        "Part",
        [
          ["PartNumber", number],
          ["LastModified", isoTime(modified)],
          ["ETag", `"${etag}"`],
          ["Size", size],
        ],
      ],
    ),
  ]);
}
