import { FluxError } from "../errors";
import { pause } from "../pause";
import type { Asked } from "./asked";
import { findObject, type OpenBucket, removeObject } from "./objects";
import { mayBeDone, type Refusal, refusalOf } from "./refusal";
import { storageError } from "./storage-error";
import type { FoundObject } from "./store";
import { CLEARING_TIME, type WatchedClient } from "./watched-client";

/** An upload that failed. */
interface Failed {
  bucket: OpenBucket;
  asked: Asked;
  watched: WatchedClient;
  isThisVery: (found: FoundObject) => boolean;
  /** Of whoever wanted the upload. */
  cancelled: AbortSignal;
}

/**
 * Finds out what a failed upload has left, and removes it. A store may have done what it was asked although the answer
 * was lost or tells of a repetition (404 for an upload that is complete, 412 for an object that is there): then the
 * object is there, and that is the result, unless the upload was cancelled.
 *
 * @returns what is there in its place, where the store said so or nothing is known.
 * @throws the failure, in words; the signal's reason when cancelled. What could not be removed stands in the text.
 */
export async function afterFailure(error: unknown, failed: Failed): Promise<FoundObject> {
  const { bucket, asked, watched, isThisVery, cancelled } = failed;
  const time = AbortSignal.timeout(CLEARING_TIME);
  const refusal = refusalOf(error);
  const leftovers: string[] = [];

  let found: FoundObject | undefined;
  if (!cancelled.aborted && watched.isDecided && mayBeThere(refusal)) {
    try {
      found = await findObject(bucket, asked.key, time);
    } catch {
      if (refusal?.status !== 412) leftovers.push(unknown(asked));
    }
    if (found && isThisVery(found)) return found;
  }
  if (watched.isOpeningLost) leftovers.push(partsOf(asked));
  else if (!(await isAborted(failed, time))) leftovers.push(partsOf(asked));
  if (cancelled.aborted && watched.isDecided) leftovers.push(...(await notRemoved(failed, time)));
  if (refusal?.status === 412 && found) return found;
  throw withLeftovers(cancelled.aborted ? cancelled.reason : storageError(error, asked), leftovers);
}

/** No answer or half of one, a fault of the store's, or what it answers to a repetition of what it has done already. */
const mayBeThere = (refusal: Refusal | undefined): boolean =>
  mayBeDone(refusal) || refusal?.status === 412 || refusal?.code === "NoSuchUpload";

/** Aborts the multipart upload, where one was opened. */
async function isAborted({ bucket, asked, watched }: Failed, time: AbortSignal): Promise<boolean> {
  const { sdk, client, place } = bucket;
  if (watched.uploadId === undefined) return true;
  const upload = { Bucket: place.bucket, Key: asked.key, UploadId: watched.uploadId };
  try {
    await client.send(new sdk.AbortMultipartUploadCommand(upload), { abortSignal: time });
    return true;
  } catch (error) {
    return refusalOf(error)?.code === "NoSuchUpload";
  }
}

/**
 * Ms before each look for an object whose writing was broken off: a store that had all of it may put it there although
 * nobody waits for the answer, and Ceph was seen to do so after the first look.
 */
const LOOKS = [0, 250, 750];

/**
 * Removes the object if it came into being.
 * @returns what is to be said where that failed.
 */
async function notRemoved({ bucket, asked, isThisVery }: Failed, time: AbortSignal): Promise<string[]> {
  let found: FoundObject | undefined;
  try {
    for (const wait of LOOKS) {
      await pause(wait, time);
      found = await findObject(bucket, asked.key, time);
      if (!found || !isThisVery(found)) continue;
      await removeObject(bucket, asked.key, time, found.versionId);
      break;
    }
    return [];
  } catch (error) {
    const isDenied = error instanceof FluxError && error.cause.status === 403;
    return [found?.versionId !== undefined && isDenied ? versionOf(asked) : unknown(asked)];
  }
}

const versionOf = ({ key }: Asked): string =>
  `The object "${key}" is there nevertheless: to delete it in a bucket with versions needs s3:DeleteObjectVersion.`;

const unknown = ({ key }: Asked): string => `Whether the object "${key}" is there nevertheless could not be found out.`;

const partsOf = ({ key }: Asked): string =>
  `Parts of "${key}" that were sent may still be in the store, because its multipart upload could not be aborted (that needs s3:AbortMultipartUpload). A lifecycle rule of the bucket for incomplete multipart uploads removes them.`;

function withLeftovers(error: unknown, leftovers: readonly string[]): unknown {
  if (leftovers.length === 0) return error;
  const { code, message, cause, retryAfter, scope } =
    error instanceof FluxError
      ? error
      : new FluxError("FLUX_CANCELLED", "The upload was cancelled.", { provider: "s3" });
  return new FluxError(code, [message, ...leftovers].join(" "), cause, retryAfter, scope);
}
