import { FluxError } from "../errors";
import { NetworkFailure } from "../net/network-failure";
import { type Asked, DONE, storeOf, whatOf } from "./asked";
import { type Refusal, refusalOf } from "./refusal";
import { ruleFor, strangeAnswer } from "./refusal-rules";
import { StoreUnreachable } from "./request-handler";
import type { BucketPlace } from "./store";

/** Why a store did not do what it was asked, in words; a FluxError stays what it is. */
export function storageError(error: unknown, asked: Asked): FluxError {
  if (error instanceof FluxError) return error;
  if (error instanceof StoreUnreachable) return unreachable(error.failure, asked);
  if (error instanceof NetworkFailure) return unreachable(error, asked);
  const refusal = refusalOf(error);
  if (refusal) return refused(refusal, asked);
  const kind = error instanceof Error ? error.name : "unknown";
  return new FluxError("FLUX_STORAGE", `${whatOf(asked)} could not be ${DONE[asked.action]} (${kind}).`, {
    provider: "s3",
  });
}

/** A FLUX_STORAGE about one object; `why` is a clause. */
export const objectError = (asked: Asked, why: string, retryable = false): FluxError =>
  new FluxError("FLUX_STORAGE", `${whatOf(asked)} could not be ${DONE[asked.action]}: ${why}.`, {
    provider: "s3",
    retryable,
  });

function unreachable(failure: NetworkFailure, { place }: Asked): FluxError {
  return new FluxError("FLUX_NETWORK", `The store ${storeOf(place)} could not be asked: ${failure.message}.`, {
    provider: "s3",
    retryable: failure.passing,
  });
}

function refused(refusal: Refusal, asked: Asked): FluxError {
  const rule = ruleFor(refusal);
  const { status, code, requestId } = refusal;
  return new FluxError(rule.code, rule.says(refusal, asked), {
    provider: "s3",
    ...(status !== undefined && { status }),
    ...(code !== "" && { providerCode: code }),
    ...(requestId !== undefined && { requestId }),
    retryable: rule.retryable ?? false,
  });
}

/** Something that is not S3 took what was to be stored. */
export const notAStore = (place: BucketPlace): FluxError =>
  new FluxError("FLUX_CONFIG", strangeAnswer(place, ""), { provider: "s3" });

/** The chain came to its end without credentials, or one of its links failed. */
export function noCredentials(error: unknown): FluxError {
  const status = refusalOf(error)?.status;
  const failure = error instanceof StoreUnreachable ? error.failure : undefined;
  const why = failure
    ? ` A service that hands out credentials could not be asked: ${failure.message}.`
    : status === undefined
      ? ""
      : ` A service that hands out credentials refused it (${status}).`;
  return new FluxError(
    "FLUX_AUTH",
    `No AWS credentials were found where they are looked for: in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in the profile (AWS_PROFILE) of the shared AWS files, in a web identity (AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN), at the container's address (AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI) and at the machine's metadata service.${why} Set one of them for Node-RED, or keys in the bucket node.`,
    { provider: "s3", ...(status !== undefined && { status }), retryable: failure?.passing ?? false },
  );
}
