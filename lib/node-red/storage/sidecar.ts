import { isDirectUpload } from "../../models/direct-upload";
import { peek } from "../../models/preparing/peek";
import { safeCopy } from "../../models/preparing/safe-copy";
import type { FluxRequest } from "../../models/request";
import { objectKey } from "../../storage/object-key";
import type { StoredObject } from "../../storage/store";
import type { FluxMessage } from "../types";
import type { PictureFacts } from "./picture-facts";

/** What pictures are told by: what else stands behind a dot, `{jobId}.{index}`, tells them apart. */
const ENDING = /\.(?:jpe?g|png|webp|gif|bmp|tiff?|avif)$/i;

/** Beside the picture, under its name: `a/b.jpg` -> `a/b.json`. */
export const sidecarKey = (key: string): string => objectKey(`${key.replace(ENDING, "")}.json`);

/** Of what the job says of itself, what is of use years later. */
const OF_THE_JOB = ["id", "requestId", "cost", "billableUnits", "timings", "attempts", "warnings"] as const;

/**
 * Everything that is needed to make the picture again, as JSON: its request with the seed that it came out with, ready to
 * be sent as `msg.flux`, and which picture it is. Pictures that went into the request are only described in it.
 */
export function sidecarOf(message: FluxMessage, facts: PictureFacts, stored: StoredObject, bucket: string): Buffer {
  const job = peek(message, "job");
  const { provider, model, promptHash, seed, acceptedAt, index, pictureId, width, height } = facts;
  const { key, etag, size, contentType } = stored;
  const told = Object.fromEntries(OF_THE_JOB.map((name) => [name, peek(job, name)]));
  const sidecar = {
    picture: { bucket, key, etag, size, contentType, width, height, id: pictureId, index, seed: seedOf(seed) },
    provider,
    model,
    promptHash,
    request: againFrom(facts),
    job: { ...safeCopy(told, "msg.job").copy, acceptedAt: new Date(acceptedAt).toISOString() },
  };
  // A function node may have left a big integer.
  const json = JSON.stringify(sidecar, (_name, value) => (typeof value === "bigint" ? String(value) : value), 2);
  return Buffer.from(`${json}\n`);
}

/** The request for this one picture. */
function againFrom({ request, seed }: PictureFacts): FluxRequest | undefined {
  if (request === undefined) return undefined;
  const { uploadEndpoint, ...rest } = safeCopy(request, "msg.job.request").copy;
  const count = ["numberResults", "num_images"].find((name) => rest[name] !== undefined);
  return {
    ...rest,
    ...(!isDirectUpload(uploadEndpoint) && uploadEndpoint !== undefined && { uploadEndpoint }),
    ...(count !== undefined && { [count]: 1 }),
    ...(seed !== undefined && { seed: seedOf(seed) }),
  };
}

/** Above 2^53-1 a seed is a text of digits, on the message as in a request. */
const seedOf = (seed: string | undefined): number | string | undefined =>
  Number.isSafeInteger(Number(seed)) ? Number(seed) : seed;
