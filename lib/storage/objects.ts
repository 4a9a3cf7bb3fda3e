import type { HeadObjectCommandOutput } from "@aws-sdk/client-s3";
import { wholeOf } from "../net/whole-of";
import type { Asked } from "./asked";
import type { Connection } from "./connect";
import { refusalOf } from "./refusal";
import { storageError } from "./storage-error";
import type { BucketPlace, FoundObject } from "./store";

/** A bucket, and the way there. */
export interface OpenBucket extends Connection {
  place: BucketPlace;
}

/** What the store says of an object; undefined: there is none, or no such bucket. */
export async function findObject(
  bucket: OpenBucket,
  key: string,
  signal: AbortSignal,
): Promise<FoundObject | undefined> {
  const { sdk, client, place } = bucket;
  const command = new sdk.HeadObjectCommand({ Bucket: place.bucket, Key: key });
  let storesTime: string | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      storesTime = dateOf(result.response);
      return result;
    },
    { step: "deserialize", name: "storesTime" },
  );
  try {
    return foundObject(key, await client.send(command, { abortSignal: signal }), storesTime);
  } catch (error) {
    if (refusalOf(error)?.status === 404) return undefined;
    throw inWords(error, { place, action: "look up", key }, signal);
  }
}

/** The `Date` of an answer. */
function dateOf(response: unknown): string | undefined {
  const headers: unknown =
    typeof response === "object" && response !== null ? Reflect.get(response, "headers") : undefined;
  const date: unknown = typeof headers === "object" && headers !== null ? Reflect.get(headers, "date") : undefined;
  return typeof date === "string" ? date : undefined;
}

function foundObject(key: string, head: HeadObjectCommandOutput, storesTime: string | undefined): FoundObject {
  const age = Date.parse(storesTime ?? "") - (head.LastModified?.getTime() ?? Number.NaN);
  return {
    key,
    etag: withoutQuotes(head.ETag),
    ...(head.VersionId !== undefined && { versionId: head.VersionId }),
    size: head.ContentLength ?? 0,
    contentType: head.ContentType ?? "application/octet-stream",
    metadata: head.Metadata ?? {},
    age: Number.isNaN(age) ? undefined : age,
  };
}

/** An entity tag as `msg.s3` has it. */
export const withoutQuotes = (etag = ""): string => etag.replace(/^"|"$/g, "");

export async function readObject(bucket: OpenBucket, key: string, signal: AbortSignal): Promise<Buffer> {
  const { sdk, client, place } = bucket;
  try {
    const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: place.bucket, Key: key }), {
      abortSignal: signal,
    });
    return Body && Symbol.asyncIterator in Body ? await wholeOf(Body) : Buffer.alloc(0);
  } catch (error) {
    throw inWords(error, { place, action: "read", key }, signal);
  }
}

/** @param version removes only this one: an earlier one is there again then, instead of being hidden as well. */
export async function removeObject(
  bucket: OpenBucket,
  key: string,
  signal: AbortSignal,
  version?: string,
): Promise<void> {
  const { sdk, client, place } = bucket;
  const target = { Bucket: place.bucket, Key: key, ...(version !== undefined && { VersionId: version }) };
  try {
    await client.send(new sdk.DeleteObjectCommand(target), { abortSignal: signal });
  } catch (error) {
    throw inWords(error, { place, action: "delete", key }, signal);
  }
}

/** Why a call ended: the signal's reason when it aborted, a FluxError otherwise. */
export const inWords = (error: unknown, asked: Asked, signal: AbortSignal): unknown =>
  signal.aborted ? signal.reason : storageError(error, asked);
