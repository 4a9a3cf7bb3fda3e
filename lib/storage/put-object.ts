import { randomUUID } from "node:crypto";
import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import { FluxError } from "../errors";
import { afterFailure } from "./after-failure";
import type { Asked } from "./asked";
import { encoded } from "./encoded";
import type { ConditionalWrites, Demands } from "./never-overwrite";
import { findObject, type OpenBucket, withoutQuotes } from "./objects";
import { openSource } from "./source";
import { notAStore, objectError } from "./storage-error";
import type { FoundObject, NewObject, PutOptions, StoredObject } from "./store";
import { watchedClient } from "./watched-client";

/** Of each part but the last: S3's minimum, so that little is held. */
const PART = 5 * 1024 * 1024;

/** Parts on their way at once. */
const QUEUE = 2;

/** In the metadata: tells the object of this very upload from every other. */
const UPLOAD_ID = "upload-id";

/**
 * Stores an object; see `Store.put`. When it rejects, everything is over: the source is closed, no request is under way,
 * and neither the object nor an open multipart upload is left. Where that could not be cleared up, the error says so.
 *
 * What nobody can clear up: a multipart upload whose opening was answered, but the answer got lost, and whatever a killed
 * process leaves. The bucket's lifecycle rule for incomplete multipart uploads does.
 */
export async function putObject(
  bucket: OpenBucket & { conditionalWrites: ConditionalWrites },
  object: NewObject,
  { signal, onProgress, isOurs = () => false }: PutOptions,
): Promise<StoredObject> {
  const { place, sdk } = bucket;
  const asked: Asked = { place, action: "write", key: object.key };
  const id = randomUUID();
  const stop = new AbortController();
  const cancel = () => stop.abort(signal.reason);
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const source = openSource(object.body, stop.signal, (error) =>
    stop.abort(error instanceof FluxError ? error : objectError(asked, "its source broke off", true)),
  );
  const watched = watchedClient(bucket, stop, async (kind) => {
    if (object.neverOverwrite) await bucket.conditionalWrites.check(kind, asked, demandsOf(object), stop.signal);
  });
  const isThisVery = ({ metadata }: FoundObject) => metadata[UPLOAD_ID] === id;
  let size = 0;
  try {
    stop.signal.throwIfAborted();
    const found = object.neverOverwrite ? await findIfAllowed(bucket, object.key, stop.signal) : undefined;
    if (found) return existing(found, asked, isOurs);

    const upload = new sdk.Upload({
      client: watched.client,
      params: { Bucket: place.bucket, ...inputOf(object, id), Body: source.body },
      partSize: PART,
      queueSize: QUEUE,
      leavePartsOnError: true,
    });
    upload.on("httpUploadProgress", ({ loaded = 0 }) => {
      size = loaded;
      onProgress?.(loaded);
    });
    const { ETag, VersionId } = await upload.done();
    if (ETag === undefined) throw notAStore(place);
    return {
      key: object.key,
      etag: withoutQuotes(ETag) || (await etagOf(bucket, object.key, signal)),
      ...(VersionId !== undefined && { versionId: VersionId }),
      size,
      contentType: object.contentType,
    };
  } catch (thrown) {
    const error: unknown = stop.signal.aborted ? stop.signal.reason : thrown;
    const found = await afterFailure(error, { bucket, asked, watched, isThisVery, cancelled: signal });
    return existing(found, asked, (candidate) => isThisVery(candidate) || isOurs(candidate));
  } finally {
    signal.removeEventListener("abort", cancel);
    await source.close();
  }
}

/** Ceph (16.2) answers the completion of a multipart upload without the tag that the object has. */
const etagOf = async (bucket: OpenBucket, key: string, signal: AbortSignal): Promise<string> =>
  (await findObject(bucket, key, signal).catch(() => undefined))?.etag ?? "";

/** @throws FluxError FLUX_STORAGE when it is somebody else's. */
function existing(found: FoundObject, asked: Asked, isOurs: (found: FoundObject) => boolean): StoredObject {
  if (!isOurs(found)) throw objectError(asked, "there is an object of that name already, and never overwrite is on");
  const { key, etag, versionId, size, contentType } = found;
  return { key, etag, ...(versionId !== undefined && { versionId }), size, contentType };
}

/** Who may write but not read learns from the store's refusal that there is an object. */
const findIfAllowed = (bucket: OpenBucket, key: string, signal: AbortSignal): Promise<FoundObject | undefined> =>
  findObject(bucket, key, signal).catch((error: unknown) => {
    if (error instanceof FluxError && error.cause.status === 403) return undefined;
    throw error;
  });

type Input = Omit<PutObjectCommandInput, "Bucket" | "Body">;

function inputOf(object: NewObject, id: string): Input {
  const { key, contentType, cacheControl, storageClass, acl, tags = {}, metadata, neverOverwrite } = object;
  const tagging = Object.entries(tags).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return {
    Key: key,
    ContentType: contentType,
    Metadata: { ...metadata, [UPLOAD_ID]: id },
    ...(cacheControl && { CacheControl: cacheControl }),
    // Stores have classes and ACLs that AWS has not.
    ...(storageClass && { StorageClass: storageClass as NonNullable<Input["StorageClass"]> }),
    ...(acl && { ACL: acl as NonNullable<Input["ACL"]> }),
    ...(tagging.length > 0 && { Tagging: tagging.join("&") }),
    ...(neverOverwrite && { IfNoneMatch: "*" }),
    ...demandsOf(object),
  };
}

const demandsOf = ({ encryption }: NewObject): Demands => ({
  ...(encryption && { ServerSideEncryption: encryption.type }),
  ...(encryption?.type === "aws:kms" && encryption.keyId && { SSEKMSKeyId: encryption.keyId }),
});
