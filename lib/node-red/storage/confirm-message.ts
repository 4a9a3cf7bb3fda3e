import { FluxError } from "../../errors";
import { within } from "../../jobs/within";
import { readDirectUpload } from "../../models/direct-upload";
import { peek } from "../../models/preparing/peek";
import type { FluxMessage } from "../types";
import { directKey } from "./direct-key";
import { factsOf } from "./picture-facts";
import { refused } from "./refused";
import type { UploadOwner } from "./storage-owner";
import { describeStored, type StoredPicture } from "./upload-message";
import type { UploadRun } from "./upload-run";

/** Characters of a bucket's name. */
const LONGEST_BUCKET = 255;

/** Characters of a template; keys end at 1,024 bytes. */
const LONGEST_TEMPLATE = 8000;

/**
 * Waits for the picture that a service writes into the bucket by itself: it answers before it has written.
 *
 * @throws FluxError FLUX_STORAGE when it does not come in time, FLUX_VALIDATION when nothing was to come.
 */
export async function confirmMessage(
  owner: UploadOwner,
  message: FluxMessage,
  run: UploadRun,
  arrivedAt: number,
): Promise<StoredPicture> {
  const { settings } = owner;
  const [{ store }, { awaitObject }] = await Promise.all([
    owner.bucketNode().bucket.open(),
    import("../../storage/await-object.js"),
  ]);
  const expected = expectedObject(message);
  if (expected.bucket !== store.place.bucket) {
    throw refused(
      "Bucket",
      `The picture was to be written into bucket ${shown(expected.bucket)}, but this node looks into ${store.place.bucket}`,
    );
  }
  const facts = factsOf(message, 0, arrivedAt);
  if (facts.jobId !== undefined) run.jobId = facts.jobId;
  const key = directKey(expected.key, facts);
  const timeout = settings.timeout * 1000;
  const found = await within(timeout + GRACE, run.signal, overdue, (signal) =>
    awaitObject(store, key, {
      signal,
      timeout,
      ...(facts.submittedAt !== undefined && { writtenSince: facts.submittedAt }),
    }),
  );
  return describeStored(store, message, facts, found, settings, run.signal);
}

/** Waiting ends by itself; a question that is never answered does not. */
const GRACE = 15_000;

const overdue = (): FluxError =>
  new FluxError("FLUX_TIMEOUT", "The store did not answer when it was asked for the picture.", {
    provider: "s3",
    retryable: true,
  });

/** What the job's own request says comes first: a repeated key joins a job whose picture went elsewhere. */
function expectedObject(message: FluxMessage): { bucket: string; key: string } {
  const direct = readDirectUpload(peek(peek(peek(message, "job"), "request"), "uploadEndpoint"));
  if (direct) return direct.upload;
  const expected = peek(message, "s3Expected");
  const [bucket, key] = [peek(expected, "bucket"), peek(expected, "key")];
  if (isText(bucket, LONGEST_BUCKET) && isText(key, LONGEST_TEMPLATE)) return { bucket, key };
  throw refused(
    "msg.s3Expected",
    "This node waits for a picture that a service writes by itself, but the message does not say which: send it through flux-s3-presign before the picture is made",
  );
}

const isText = (value: unknown, longest: number): value is string =>
  typeof value === "string" && value !== "" && value.length <= longest;

const shown = (bucket: string): string => bucket.replace(/[^\w.-]/g, "?").slice(0, 63);
