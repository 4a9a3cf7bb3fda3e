import { FluxError } from "../../errors";
import type { Job } from "../../jobs/job";
import { isDirectUpload, readDirectUpload, writeDirectUpload } from "../../models/direct-upload";
import type { FluxRequest } from "../../models/request";
import type { NodeAPI } from "../types";
import { directKey } from "./direct-key";
import { findBucket } from "./find-bucket";

const PARAMETER = "uploadEndpoint";

/**
 * Accepts the place of a direct upload that flux-s3-presign chose: from here on it is the job's.
 *
 * @param deadline of the job, in ms.
 * @returns the request without the proof, and what there is to warn of.
 * @throws FluxError FLUX_VALIDATION when anybody else wrote it: whoever can send a message could write into the bucket.
 */
export function acceptDirectUpload(
  RED: NodeAPI,
  request: FluxRequest,
  deadline: number,
): { request: FluxRequest; warnings: string[] } {
  const address = request[PARAMETER];
  if (!isDirectUpload(address)) return { request, warnings: [] };
  const read = readDirectUpload(address);
  if (!read) throw refused("is not written as flux-s3-presign writes it");
  const { upload, proof } = read;
  const { bucket } = findBucket(RED, upload.bucketNode);
  const place = writeDirectUpload(upload);
  if (proof === undefined || !bucket.isProof(place, proof)) {
    throw refused("was not made by flux-s3-presign of this Node-RED, or before its bucket's key was changed");
  }
  const isShort = upload.life * 1000 < deadline;
  return {
    request: { ...request, [PARAMETER]: place },
    warnings: isShort
      ? [
          `The address that the picture is written to works for ${upload.life} s, but the job may take ${deadline / 1000} s: a picture that is made later is not stored.`,
        ]
      : [],
  };
}

/**
 * A request with its signed address.
 * @throws FluxError FLUX_CONFIG when the bucket is not the one any more that the job was accepted with.
 */
export async function signDirectUpload(
  RED: NodeAPI,
  { id, model, request, service }: Pick<Job, "id" | "model" | "request" | "service">,
): Promise<FluxRequest> {
  const read = readDirectUpload(request[PARAMETER]);
  if (!read) return request;
  const { upload } = read;
  const { bucket } = findBucket(RED, upload.bucketNode);
  if (bucket.name !== upload.bucket) {
    throw new FluxError(
      "FLUX_CONFIG",
      `The picture was to be written into bucket ${upload.bucket}, but the bucket node names ${bucket.name} now. Nothing was sent.`,
      { provider: "s3" },
    );
  }
  const key = directKey(upload.key, { provider: service.provider, model, jobId: id, request });
  const { store } = await bucket.open();
  return { ...request, [PARAMETER]: await store.sign("PUT", key, upload.life) };
}

function refused(problem: string): FluxError {
  const message = `${PARAMETER} ${problem}. Send the message through flux-s3-presign before the picture is made.`;
  return new FluxError("FLUX_VALIDATION", `${message} Nothing was sent.`, {
    parameter: PARAMETER,
    violations: [{ parameter: PARAMETER, message }],
  });
}
