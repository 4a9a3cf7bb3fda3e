import { FluxError } from "../errors";
import type { OpenBucket } from "./objects";
import { storageError } from "./storage-error";
import type { NewObject, StoredObject } from "./store";
import { CLEARING_TIME } from "./watched-client";

/** The entity tag of an object that was put together of parts ends in their number. */
const IN_PARTS = /-\d+$/;

/**
 * Sets the tags of an object that came in parts once more: Ceph (16.2) takes them when the upload is opened, says nothing
 * and forgets them. AWS does not, and is not asked. It is not aborted: without it the object would be there, but not as it was to be.
 *
 * @throws FluxError of the store's refusal, which says that the object is there.
 */
export async function keepTags(
  { sdk, client, place }: OpenBucket,
  object: NewObject,
  stored: StoredObject,
): Promise<void> {
  const TagSet = Object.entries(object.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  if (place.endpoint === "" || TagSet.length === 0 || !IN_PARTS.test(stored.etag)) return;
  const { key } = stored;
  // Of the newest version, which this is: to name a version needs a permission of its own.
  const tagging = { Bucket: place.bucket, Key: key, Tagging: { TagSet } };
  try {
    await client.send(new sdk.PutObjectTaggingCommand(tagging), {
      abortSignal: AbortSignal.timeout(CLEARING_TIME),
    });
  } catch (error) {
    const { code, message, cause } = storageError(error, { place, action: "tag", key });
    throw new FluxError(code, `${message} The object itself is there.`, cause);
  }
}
