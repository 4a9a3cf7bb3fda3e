import { FluxError } from "../../errors";
import { repeated } from "../../jobs/backoff";
import { within } from "../../jobs/within";
import type { DownloadOptions } from "../../net/download-guard";
import { objectKey } from "../../storage/object-key";
import type { FoundObject, NewObject, Store, StoredObject } from "../../storage/store";
import type { FluxMessage, NodeAPI } from "../types";
import { fieldValues, filledTemplate } from "./key-values";
import { filledTags, IDENTITY, keptAs, metadataOf, readTags } from "./object-settings";
import type { PictureFacts } from "./picture-facts";
import { extensionOf, type OpenPicture, openPicture, type PictureSource } from "./picture-source";
import type { UploadSettings } from "./settings";
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
  const { store, download, run, onProgress } = context;
  const picture = await openPicture(source, { ...download, signal });
  let counted = 0;
  const count = (bytes: number) => {
    run.sent += bytes - counted;
    counted = bytes;
    onProgress();
  };
  try {
    run.total = picture.size === undefined || run.total === undefined ? undefined : run.total + picture.size;
    return await store.put(objectOf(picture, facts, context), {
      signal,
      onProgress: count,
      isOurs: (found) => isSamePicture(found, facts),
    });
  } catch (error) {
    if (error === picture.failure() || signal.aborted) throw error;
    throw new Final(error);
  } finally {
    count(0);
    if (run.total !== undefined && picture.size !== undefined) run.total -= picture.size;
    await picture.close();
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

/** A job that is delivered again brings the very same picture. */
const isSamePicture = ({ metadata }: FoundObject, { jobId, pictureId }: PictureFacts): boolean =>
  jobId !== undefined && metadata[IDENTITY.job] === jobId && metadata[IDENTITY.picture] === pictureId;

const timedOut = (seconds: number): FluxError =>
  new FluxError("FLUX_TIMEOUT", `The picture could not be stored within ${seconds} s. Nothing of it was left behind.`, {
    provider: "s3",
    retryable: true,
  });
