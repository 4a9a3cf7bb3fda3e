import { FluxError } from "../../errors";
import type { Job } from "../../jobs/job";
import { type DirectUpload, isDirectUpload, readDirectUpload, writeDirectUpload } from "../../models/direct-upload";
import type { FluxRequest } from "../../models/request";
import { isPrivateHost } from "../../net/private-host";
import type { Addresses } from "../../providers/account-kind";
import { acrossDeploys } from "../deploys";
import type { NodeAPI } from "../types";
import type { OpenBucket } from "./bucket";
import { directKey } from "./direct-key";
import { findBucket } from "./find-bucket";

const PARAMETER = "uploadEndpoint";

/** The job of a direct upload, as far as it counts for that. */
interface Uploader {
  /** Of the service that is to write. */
  addresses: Addresses;
  /** Ms from the submit. */
  deadline: number;
}

/**
 * Accepts the place of a direct upload that flux-s3-presign chose: from here on it is the job's.
 *
 * @returns the request without the proof, and what there is to warn of.
 * @throws FluxError FLUX_VALIDATION when anybody else wrote it: whoever can send a message could write into the bucket;
 *   FLUX_CONFIG when the service cannot reach the bucket.
 */
export async function acceptDirectUpload(
  RED: NodeAPI,
  request: FluxRequest,
  { addresses, deadline }: Uploader,
): Promise<{ request: FluxRequest; warnings: string[] }> {
  const address = request[PARAMETER];
  if (!isDirectUpload(address)) return { request, warnings: [] };
  const read = readDirectUpload(address);
  if (!read) throw refused("is not written as flux-s3-presign writes it");
  const { upload, proof } = read;
  const place = writeDirectUpload(upload);
  const { store } = await acrossDeploys(RED, async () => {
    const { bucket } = findBucket(RED, upload.bucketNode);
    if (proof !== undefined && bucket.isProof(place, proof)) return bucket.open();
    throw refused("was not made by flux-s3-presign of this Node-RED, or before its bucket's key was changed");
  });
  assertReachable(store.place.endpoint, addresses);
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
  job: Pick<Job, "id" | "model" | "request" | "service">,
): Promise<FluxRequest> {
  const { id, model, request, service } = job;
  const read = readDirectUpload(request[PARAMETER]);
  if (!read) return request;
  const { upload } = read;
  const key = directKey(upload.key, { provider: service.provider, model, jobId: id, request });
  const address = await acrossDeploys(RED, async () => {
    const { store } = await openBucketOf(RED, upload);
    return store.sign("PUT", key, upload.life);
  });
  return { ...request, [PARAMETER]: address };
}

/** @throws FluxError FLUX_CONFIG when it is not the one any more that the place was chosen in. */
function openBucketOf(RED: NodeAPI, upload: DirectUpload): Promise<OpenBucket> {
  const { bucket } = findBucket(RED, upload.bucketNode);
  if (bucket.name === upload.bucket) return bucket.open();
  throw new FluxError(
    "FLUX_CONFIG",
    `The picture was to be written into bucket ${upload.bucket}, but the bucket node names ${bucket.name} now. Nothing was sent.`,
    { provider: "s3" },
  );
}

/** What is in a network of one's own, nobody on the internet writes to: the picture would be paid for and not stored. */
function assertReachable(endpoint: string, addresses: Addresses): void {
  const isPrivate = (address: string): boolean => isPrivateHost(new URL(address).hostname);
  if (endpoint === "" || !isPrivate(endpoint) || Object.values(addresses).some(isPrivate)) return;
  throw new FluxError(
    "FLUX_CONFIG",
    `The service cannot write into the bucket: its endpoint, ${new URL(endpoint).host}, is in your own network. Take the picture's URL and store it with flux-s3-upload, or use a bucket on the internet. Nothing was sent.`,
    { provider: "s3" },
  );
}

function refused(problem: string): FluxError {
  const message = `${PARAMETER} ${problem}. Send the message through flux-s3-presign before the picture is made.`;
  return new FluxError("FLUX_VALIDATION", `${message} Nothing was sent.`, {
    parameter: PARAMETER,
    violations: [{ parameter: PARAMETER, message }],
  });
}
