import { FluxError } from "../../errors";
import { repeated } from "../../jobs/backoff";
import { within } from "../../jobs/within";
import { peek } from "../../models/preparing/peek";
import type { DownloadOptions } from "../../net/download-guard";
import { objectKey } from "../../storage/object-key";
import type { FoundObject, NewObject, Store, StoredObject } from "../../storage/store";
import type { FluxMessage, NodeAPI } from "../types";
import { fieldValues, filledTemplate } from "./key-values";
import { withProvenance } from "./marked-upload";
import { filledTags, IDENTITY, keptAs, metadataOf, readTags } from "./object-settings";
import type { PictureFacts } from "./picture-facts";
import { extensionOf, type OpenPicture, openPicture, type PictureSource } from "./picture-source";
import { refused } from "./refused";
import type { UploadSettings } from "./settings";
import { sidecarKey } from "./sidecar";
import type { UploadRun } from "./upload-run";

/** Where a picture goes: a template of the dialog, or a whole key that an expression gave. */
export type KeySource = { template: string } | { literal: string };

/** What storing one picture needs. */
export interface StoringContext {
  RED: NodeAPI;
  message: FluxMessage;
  settings: UploadSettings;
  key: KeySource;
  store: Store;
  /** Repetitions when a source breaks off. */
  retries: number;
  download: Omit<DownloadOptions, "signal">;
  run: UploadRun;
  /** Told what the author should know of a picture that is stored nevertheless; the same perhaps again. */
  warn: (text: string) => void;
  /** Something is to be shown. */
  onProgress: () => void;
}

/**
 * Stores one picture under its key. One that was stored before, of the same job, counts as stored.
 * @throws FluxError; nothing is left in the bucket then.
 */
export function storePicture(
  source: PictureSource,
  facts: PictureFacts,
  context: StoringContext,
): Promise<StoredObject> {
  const { settings, retries, run } = context;
  return within(
    settings.timeout * 1000,
    run.signal,
    () => timedOut(settings.timeout),
    (signal) =>
      repeated(() => storeOnce(source, facts, context, signal), retries, signal).catch((error: unknown) => {
        throw error instanceof Final ? error.reason : error;
      }),
  );
}

/** A failure of the store, which has repeated by itself what was worth it. */
class Final extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super("the store has given up");
    this.reason = reason;
  }
}

async function storeOnce(
  source: PictureSource,
  facts: PictureFacts,
  context: StoringContext,
  signal: AbortSignal,
): Promise<StoredObject> {
  const opened = await openPicture(source, { ...context.download, signal });
  try {
    const picture = context.settings.provenance ? await withProvenance(opened, facts, context.warn) : opened;
    return await storeOpened(picture, opened.size, facts, context, signal);
  } catch (error) {
    if (error === opened.failure() || signal.aborted) throw error;
    throw new Final(error);
  } finally {
    await opened.close();
  }
}

/** @param original its bytes without what was written into it here. */
async function storeOpened(
  picture: OpenPicture,
  original: number | undefined,
  facts: PictureFacts,
  context: StoringContext,
  signal: AbortSignal,
): Promise<StoredObject> {
  const { store, run, onProgress } = context;
  // It may have been stored before the setting was changed.
  const sizes = picture.size === undefined ? undefined : [picture.size, original];
  let counted = 0;
  const count = (bytes: number) => {
    run.sent += bytes - counted;
    counted = bytes;
    onProgress();
  };
  try {
    run.total = picture.size === undefined || run.total === undefined ? undefined : run.total + picture.size;
    const object = objectOf(picture, facts, context);
    assertNotStoredBefore(context, object.key, sizes);
    assertOwnSidecar(context, object.key);
    return await store.put(object, {
      signal,
      onProgress: count,
      isOurs: (found) => isSamePicture(found, facts, sizes),
    });
  } finally {
    count(0);
    if (run.total !== undefined && picture.size !== undefined) run.total -= picture.size;
  }
}

function objectOf(
  picture: OpenPicture,
  facts: PictureFacts,
  { RED, message, settings, key }: StoringContext,
): NewObject {
  const { contentType, body } = picture;
  const value = fieldValues(RED, message, facts, extensionOf(contentType));
  return {
    key: objectKey("literal" in key ? key.literal : filledTemplate(key.template, value, "Key")),
    body,
    contentType,
    ...keptAs(settings),
    tags: filledTags(readTags(settings), value),
    metadata: metadataOf(facts, settings),
    neverOverwrite: settings.neverOverwrite,
  };
}

/**
 * A job that is delivered again brings the very same picture.
 * @param sizes that it may have; undefined: not known.
 */
export const isSamePicture = (
  { metadata, size: found }: FoundObject,
  { jobId, pictureId }: PictureFacts,
  sizes: readonly (number | undefined)[] | undefined,
): boolean =>
  jobId !== undefined &&
  metadata[IDENTITY.job] === jobId &&
  metadata[IDENTITY.picture] === pictureId &&
  (sizes === undefined || sizes.includes(found));

/**
 * A message that passes two upload nodes, one for each of its pictures, has one job: the same template gives the same key.
 * The same picture may be stored again.
 */
function assertNotStoredBefore(
  context: StoringContext,
  key: string,
  sizes: readonly (number | undefined)[] | undefined,
): void {
  const earlier = storedBefore(context).find((one) => peek(one, "key") === key);
  const stored = peek(earlier, "size");
  if (sizes === undefined || typeof stored !== "number" || sizes.includes(stored)) return;
  throw refused(
    "Key",
    "Key: msg.s3 says that another picture of this message is stored under this key, and it would be overwritten. Give this node a key of its own",
  );
}

/** Keys that differ in their endings only have one sidecar. */
function assertOwnSidecar(context: StoringContext, key: string): void {
  if (!context.settings.sidecar) return;
  const sidecar = sidecarKey(key);
  const isTaken = storedBefore(context).some((one) => peek(one, "sidecar") === sidecar && peek(one, "key") !== key);
  if (!isTaken) return;
  throw refused(
    "Key",
    "Key: msg.s3 says that another picture of this message has a sidecar of the same name, and it would be overwritten. Give this node a key of its own",
  );
}

/** What `msg.s3` says of this bucket. */
const storedBefore = ({ message, store }: StoringContext): unknown[] =>
  [peek(message, "s3")].flat().filter((one) => peek(one, "bucket") === store.place.bucket);

const timedOut = (seconds: number): FluxError =>
  new FluxError("FLUX_TIMEOUT", `The picture could not be stored within ${seconds} s. Nothing of it was left behind.`, {
    provider: "s3",
    retryable: true,
  });
