import type { Job } from "../jobs/job";
import { promptHashOf } from "../models/prompt-hash";
import type { Origin } from "../pictures/provenance/origin";

/** Where the pictures of a job come from; what differs among them is told by each. */
export type JobOrigin = Omit<Origin, "seed" | "pictureIndex">;

/** What pictures tell of the job that made them. */
export function originOf(job: Job, provider: string): JobOrigin {
  const { id, model, submittedAt, isAdopted } = job;
  // Of a job that was sent by somebody else, nobody here knows when.
  const createdAt = isAdopted ? undefined : submittedAt;
  return { provider, model, jobId: id, promptHash: promptHashOf(job), createdAt };
}

/**
 * Writes into a picture's own file where it comes from.
 *
 * @param payload the picture as it leaves; text is base64 or a data URI.
 * @returns the same payload, and in words why, when the file cannot take it.
 */
export async function marked(
  payload: string | Buffer,
  { seed, index }: { seed?: number | string; index: number },
  job: JobOrigin,
): Promise<{ payload: string | Buffer; untouched?: string }> {
  const { writeInto } = await import("../pictures/provenance/write.js");
  const origin = { ...job, seed: seed === undefined ? undefined : String(seed), pictureIndex: index };
  if (Buffer.isBuffer(payload)) {
    const { bytes, untouched } = writeInto(payload, origin);
    return { payload: bytes, untouched };
  }
  // Base64 has no comma, so it begins at 0.
  const start = payload.indexOf(",") + 1;
  const { bytes, untouched } = writeInto(Buffer.from(payload.slice(start), "base64"), origin);
  const isWritten = untouched === undefined;
  return { payload: isWritten ? payload.slice(0, start) + bytes.toString("base64") : payload, untouched };
}

/** @param why in words. */
export const notWritten = (pictureId: string, why: string): string =>
  `Provenance was not written into picture ${pictureId}: ${why}.`;
