import type { Context } from "../context";
import type { Reply } from "../http";
import { encryptionOf } from "./attributes";
import type { Asker } from "./authenticate";
import type { Bucket, StoredObject } from "./objects";
import { S3Refusal } from "./refusal";
import type { S3Request } from "./request";
import { type Element, xmlDocument } from "./xml";

/** One request that somebody may make, and all that is needed to answer it. */
export interface Work {
  request: S3Request;
  asker: Asker;
  context: Context;
  /** The bucket's name as the request has it. */
  bucketName: string;
  /** The bucket. Throws a refusal when there is none. */
  bucket: () => Bucket;
  /** The request's content, as it comes through the connection. */
  received: AsyncIterable<Buffer>;
}

export type Handler = (work: Work) => Reply | Promise<Reply>;

/** An answer without content. */
export const emptyReply = (headers: Record<string, string> = {}, status = 200): Reply => ({
  status,
  content: "",
  contentType: "application/xml",
  headers,
});

export const xmlReply = (name: string, content: readonly Element[], headers: Record<string, string> = {}): Reply => ({
  status: 200,
  content: xmlDocument(name, content),
  contentType: "application/xml",
  headers,
});

/** The object that a request is about. Throws a refusal when there is none. */
export function objectOf({ request, bucket }: Work): StoredObject {
  const object = bucket().find(request.key);
  if (object === undefined) throw new S3Refusal("NoSuchKey", undefined, { Key: request.key });
  return object;
}

/** What the answer to a write says of the object that it made. */
export const writtenHeaders = ({ etag, checksum, ...attributes }: Omit<StoredObject, "path" | "key">) => ({
  etag: `"${etag}"`,
  ...encryptionOf(attributes),
  ...(checksum === undefined ? {} : { [`x-amz-checksum-${checksum.name}`]: checksum.value }),
});
