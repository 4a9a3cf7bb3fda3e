import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import { underSignals } from "../abort";
import { FluxError } from "../errors";
import type { Asked } from "./asked";
import { objectKey } from "./object-key";
import { inWords, type OpenBucket, removeObject } from "./objects";
import { mayBeDone, refusalOf } from "./refusal";
import { objectError } from "./storage-error";
import { CLEARING_TIME, type WriteKind } from "./watched-client";

/** What a store may ask of every object, so of the trial's as well. */
export type Demands = Pick<PutObjectCommandInput, "ServerSideEncryption" | "SSEKMSKeyId">;

/** Whether a store honours `If-None-Match: *`, found out once for each way of writing. */
export interface ConditionalWrites {
  /**
   * Tries it beside the object that is to be written, where the same permissions should hold.
   * @throws FluxError FLUX_STORAGE when the store would overwrite.
   */
  check(kind: WriteKind, asked: Asked, demands: Demands, signal: AbortSignal): Promise<void>;
}

/** Writes in a row of which the store must refuse one. Somebody else may delete the trial's object between two. */
const TRIALS = 3;

/**
 * Remembers what the bucket's store answered.
 * @param closing ends a trial; the signal of one upload must not, because others may wait for the same.
 */
export function conditionalWrites(bucket: OpenBucket, closing: AbortSignal): ConditionalWrites {
  const answers = new Map<WriteKind, Promise<boolean>>();
  const honoured = (kind: WriteKind, asked: Asked, demands: Demands): Promise<boolean> => {
    const known = answers.get(kind);
    if (known) return known;
    const answer = isHonoured(bucket, kind, asked.key, demands, closing);
    answers.set(kind, answer);
    answer.catch(() => answers.delete(kind));
    return answer;
  };
  return {
    check: async (kind, asked, demands, signal) => {
      if (await underSignals([signal], () => honoured(kind, asked, demands))) return;
      throw notHonoured(asked);
    },
  };
}

/** Tells that error from all others, in `cause.parameter`. */
export const NEVER_OVERWRITE = "neverOverwrite";

function notHonoured(asked: Asked): FluxError {
  const { message, code, cause } = objectError(
    asked,
    "the store does not honour If-None-Match, without which an object that somebody else writes at the same moment could be overwritten. Switch off never overwrite, or use another store",
  );
  return new FluxError(code, message, { ...cause, parameter: NEVER_OVERWRITE });
}

/**
 * Writes an empty object under the condition that there is none, until the store refuses. The object has the same name
 * every time: where deleting it is not allowed, one is left, and the next trial is over with one request.
 */
async function isHonoured(
  bucket: OpenBucket,
  kind: WriteKind,
  beside: string,
  demands: Demands,
  signal: AbortSignal,
): Promise<boolean> {
  const key = objectKey(`${beside.slice(0, beside.lastIndexOf("/") + 1)}.never-overwrite-test-${kind}`);
  const write = kind === "single" ? writeAtOnce : writeInParts;
  let isWritten = false;
  try {
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const answer = await write(bucket, { Bucket: bucket.place.bucket, Key: key, ...demands }, signal);
      isWritten ||= answer === "written" || answer === "refused again";
      if (answer !== "written") return answer !== "unsupported";
    }
    return false;
  } catch (error) {
    isWritten ||= mayBeDone(refusalOf(error));
    throw inWords(error, { place: bucket.place, action: "write", key }, signal);
  } finally {
    if (isWritten) await removeObject(bucket, key, AbortSignal.timeout(CLEARING_TIME)).catch(() => {});
  }
}

/** "refused again": when it was repeated. The first answer may have been lost, and it was our own that was in the way. */
type Answer = "written" | "refused" | "refused again" | "unsupported";

/** Where the object is. */
type Target = { Bucket: string; Key: string } & Demands;

const writeAtOnce = ({ sdk, client }: OpenBucket, target: Target, signal: AbortSignal): Promise<Answer> =>
  answerTo(
    client.send(new sdk.PutObjectCommand({ ...target, Body: Buffer.alloc(0), IfNoneMatch: "*" }), {
      abortSignal: signal,
    }),
  );

async function writeInParts({ sdk, client }: OpenBucket, target: Target, signal: AbortSignal): Promise<Answer> {
  const { Bucket, Key } = target;
  const abortSignal = signal;
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(target), { abortSignal });
  const upload = { Bucket, Key, UploadId };
  let answer: Answer | undefined;
  try {
    const { $metadata, ...part } = await client.send(
      new sdk.UploadPartCommand({ ...upload, PartNumber: 1, Body: Buffer.alloc(1) }),
      { abortSignal },
    );
    const Parts = [{ ...part, PartNumber: 1 }];
    answer = await answerTo(
      client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, IfNoneMatch: "*" }), {
        abortSignal,
      }),
    );
    return answer;
  } finally {
    if (answer !== "written") {
      const time = AbortSignal.timeout(CLEARING_TIME);
      await client.send(new sdk.AbortMultipartUploadCommand(upload), { abortSignal: time }).catch(() => {});
    }
  }
}

async function answerTo(request: Promise<unknown>): Promise<Answer> {
  try {
    await request;
    return "written";
  } catch (error) {
    const { status, attempts = 1 } = refusalOf(error) ?? {};
    if (status === 412 || status === 409) return attempts > 1 ? "refused again" : "refused";
    if (status === 501) return "unsupported";
    throw error;
  }
}
