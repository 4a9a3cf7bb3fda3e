import type { ErrorCode } from "../errors";
import { type Asked, DONE, nameOf, PERMISSIONS, storeOf, whatOf } from "./asked";
import type { Refusal } from "./refusal";
import type { BucketPlace } from "./store";

/** What becomes of a refusal: its code, whether a repetition may help, and what its author reads. */
interface Rule {
  applies: (refusal: Refusal) => boolean;
  code: ErrorCode;
  retryable?: boolean;
  says: (refusal: Refusal, asked: Asked) => string;
}

const coded =
  (...codes: string[]) =>
  ({ code }: Refusal) =>
    codes.includes(code);

const answered =
  (...statuses: number[]) =>
  ({ code, status }: Refusal) =>
    code === "" && status !== undefined && statuses.includes(status);

const either =
  (...conditions: Rule["applies"][]) =>
  (refusal: Refusal) =>
    conditions.some((applies) => applies(refusal));

/** The first that applies counts. Codes: AWS's list of S3 errors; those of Ceph, MinIO and R2 where they differ. */
const RULES: readonly Rule[] = [
  {
    applies: coded("InvalidAccessKeyId"),
    code: "FLUX_AUTH",
    says: (_refusal, { place }) =>
      `The store ${storeOf(place)} does not know this access key ID. Check the keys in the bucket node, and that they belong to this store.`,
  },
  {
    applies: coded("SignatureDoesNotMatch"),
    code: "FLUX_AUTH",
    says: (_refusal, { place }) =>
      `The secret access key is not the one that belongs to this access key ID, says the store ${storeOf(place)}. Type it in again. A proxy that rewrites requests has the same effect.`,
  },
  {
    applies: coded("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"),
    code: "FLUX_AUTH",
    says: () =>
      "The session token has expired. Temporary keys work for a while only: get new ones, or let the bucket node take them from the environment.",
  },
  {
    applies: coded("InvalidToken", "InvalidClientTokenId"),
    code: "FLUX_AUTH",
    says: () => "The store does not accept the session token. Leave it empty unless the keys are temporary ones.",
  },
  {
    applies: coded("RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"),
    code: "FLUX_AUTH",
    says: (_refusal, { place }) =>
      `The clock of this machine and that of the store ${storeOf(place)} are too far apart. Set the clock.`,
  },
  {
    applies: coded("NoSuchBucket"),
    code: "FLUX_STORAGE",
    says: (_refusal, { place }) =>
      `There is no bucket "${place.bucket}" at ${storeOf(place)}. Create it, or correct bucket, endpoint or region in the bucket node.`,
  },
  {
    applies: either(
      coded(
        "PermanentRedirect",
        "TemporaryRedirect",
        "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
        "InvalidRegionName",
      ),
      answered(301, 307),
      (refusal) => refusal.status === 400 && refusal.region !== undefined,
    ),
    code: "FLUX_STORAGE",
    says: ({ region }, { place }) =>
      region !== undefined && region !== place.region
        ? `The bucket "${place.bucket}" is in the region ${region}, not in ${place.region}. Set that region in the bucket node.`
        : `The bucket "${place.bucket}" is not in the region ${place.region}, or not at this endpoint. Correct region and endpoint in the bucket node.`,
  },
  {
    applies: either(
      coded("QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientCapacity"),
      ({ status }) => status === 507,
    ),
    code: "FLUX_STORAGE",
    says: (refusal, asked) =>
      `${whatOf(asked)} could not be stored: the store is full, or its quota is used up${inBrackets(refusal)}.`,
  },
  {
    applies: ({ code }) => code.startsWith("KMS."),
    code: "FLUX_STORAGE",
    says: (refusal, asked) =>
      `${whatOf(asked)} could not be ${DONE[asked.action]}: the key for its encryption cannot be used${inBrackets(refusal)}. Check the KMS key.`,
  },
  {
    applies: either(
      coded("AccessDenied", "AllAccessDisabled", "AccountProblem", "UnauthorizedAccess"),
      answered(401, 403),
    ),
    code: "FLUX_STORAGE",
    says: (_refusal, asked) => denied(asked),
  },
  {
    applies: coded("NoSuchKey", "NoSuchVersion"),
    code: "FLUX_STORAGE",
    says: (_refusal, asked) => `${whatOf(asked)} is not there.`,
  },
  {
    applies: coded("NoSuchUpload"),
    code: "FLUX_STORAGE",
    retryable: true,
    says: (_refusal, asked) => `${whatOf(asked)} could not be stored: the store has lost the parts that it had taken.`,
  },
  {
    applies: coded("PreconditionFailed"),
    code: "FLUX_STORAGE",
    says: (_refusal, asked) => `${whatOf(asked)} could not be stored: there is an object of that name already.`,
  },
  {
    applies: coded("ConditionalRequestConflict", "OperationAborted"),
    code: "FLUX_STORAGE",
    retryable: true,
    says: (_refusal, asked) => `${whatOf(asked)} could not be stored: somebody else was writing it at the same moment.`,
  },
  {
    applies: either(coded("MissingContentLength"), answered(411)),
    code: "FLUX_STORAGE",
    says: (_refusal, { place }) =>
      `The store ${storeOf(place)}, or something on the way to it, takes nothing whose length it is not told (411). Set the checksums of the bucket node to "when required".`,
  },
  {
    applies: either(coded("NotImplemented", "XNotImplemented"), answered(501)),
    code: "FLUX_STORAGE",
    says: (refusal, { place }) =>
      `The store ${storeOf(place)} cannot do something that it was asked for${inBrackets(refusal)}${quoted(refusal)}. Try it without never overwrite, checksums, tags, encryption, storage class and ACL.`,
  },
  {
    applies: coded("AccessControlListNotSupported"),
    code: "FLUX_STORAGE",
    says: (_refusal, { place }) => `The bucket "${place.bucket}" has no ACLs. Leave the ACL empty.`,
  },
  {
    applies: coded("EntityTooLarge"),
    code: "FLUX_STORAGE",
    says: (refusal, asked) => `${whatOf(asked)} is larger than the store allows${inBrackets(refusal)}.`,
  },
  {
    applies: coded(
      "BadDigest",
      "XAmzContentSHA256Mismatch",
      "XAmzContentChecksumMismatch",
      "IncompleteBody",
      "RequestTimeout",
    ),
    code: "FLUX_STORAGE",
    retryable: true,
    says: (refusal, asked) => `${whatOf(asked)} did not reach the store whole${inBrackets(refusal)}.`,
  },
  {
    applies: ({ code, status = 0 }) =>
      /^(SlowDown|ServiceUnavailable|InternalError|Busy)$/.test(code) || status === 429 || status >= 500,
    code: "FLUX_STORAGE",
    retryable: true,
    says: (refusal, { place }) =>
      `The store ${storeOf(place)} is overloaded or out of order${inBrackets(refusal)}; it was asked ${times(refusal.attempts)}.`,
  },
  {
    // That of HEAD and of things that are no stores has no code.
    applies: ({ code }) => code === "",
    code: "FLUX_CONFIG",
    says: (refusal, { place }) => strangeAnswer(place, inBrackets(refusal)),
  },
];

const UNKNOWN: Rule = {
  applies: () => true,
  code: "FLUX_STORAGE",
  says: (refusal, asked) =>
    `${whatOf(asked)} could not be ${DONE[asked.action]}: the store refuses it${inBrackets(refusal)}${quoted(refusal)}.`,
};

/** The rule for a refusal. */
export const ruleFor = (refusal: Refusal): Rule => RULES.find(({ applies }) => applies(refusal)) ?? UNKNOWN;

/** Something answers that is no store; `status` in brackets, or nothing. */
export const strangeAnswer = (place: BucketPlace, status: string): string =>
  `What answers at ${storeOf(place)} does not answer as an S3 store does${status}. Check the endpoint in the bucket node, and whether the bucket belongs into the path.`;

function denied(asked: Asked): string {
  const { action, place } = asked;
  const sentence = `The store ${storeOf(place)} does not allow this key to ${action} ${nameOf(asked)}: it needs the permission ${PERMISSIONS[action]}.`;
  if (action === "look up") {
    return `${sentence} Without s3:ListBucket a store answers the same for an object that is not there.`;
  }
  if (action !== "write") return sentence;
  return `${sentence} An ACL, tags and a KMS key need s3:PutObjectAcl, s3:PutObjectTagging and kms:GenerateDataKey as well.`;
}

const times = (attempts: number): string => (attempts === 1 ? "once" : attempts === 2 ? "twice" : `${attempts} times`);

const inBrackets = ({ status, code }: Refusal): string => {
  const parts = [status === undefined || status < 300 ? "" : String(status), code].filter((part) => part !== "");
  return parts.length === 0 ? "" : ` (${parts.join(" ")})`;
};

/** Characters of a store's words that are looked at. */
const LONGEST_QUOTED = 2000;

/** Key ids, tokens and signatures, which a store may repeat from the request, are as long; so are some names. */
const LONG_WORD = /[A-Za-z0-9+/=_%-]{20,}/g;

/** `x-amz-security-token`, `InvalidLocationConstraint` */
const NAME = /^(?:[a-z-]+|(?:[A-Z][a-z]+)+)$/;

/** The store's own words, as far as a status line should hold them. */
function quoted({ message }: Refusal): string {
  const text = message
    .slice(0, LONGEST_QUOTED)
    .replace(/[\p{Cc}\p{Cs}]+/gu, " ")
    .replace(/\?\S*/g, "")
    .replace(LONG_WORD, (word) => (NAME.test(word) ? word : "..."))
    .trim()
    .slice(0, 200)
    .replace(/\.$/, "");
  return text === "" || text === "UnknownError" ? "" : `: ${text}`;
}
