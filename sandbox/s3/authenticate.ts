import type { SandboxSettings } from "../settings";
import { s3Account } from "./account";
import { S3Refusal } from "./refusal";
import { headerValue, parameter, type S3Request } from "./request";
import {
  algorithm,
  canonicalRequest,
  isSame,
  requestSignature,
  type Scope,
  type Seal,
  scopeText,
  signingKey,
} from "./signature";

/** Who asks: nobody that is known, or the owner of the key. */
export type Asker =
  | "anonymous"
  | {
      /** The content's SHA-256, or the word that stands for it. */
      payload: string;
      seal: Seal;
      /** With the headers that a signed address stands for. */
      request: S3Request;
    };

/** What a signature says of itself. */
interface Claim {
  accessKeyId: string;
  scope: Scope;
  timestamp: string;
  signedHeaders: string[];
  signature: string;
  payload: string;
  token: string | undefined;
}

const fifteenMinutes = 15 * 60 * 1000;

/** AWS's longest life of a signed address: seven days. */
const longestLife = 604_800;

/**
 * Checks a request's signature.
 * @param now the store's own time, in milliseconds since the epoch
 * @throws S3Refusal for a signature that is not the right one
 */
export function authenticate(request: S3Request, settings: Readonly<SandboxSettings>, now: number): Asker {
  const authorization = request.headers.get("authorization");
  const isAddressSigned = request.query.some(([name]) => /^X-Amz-(Algorithm|Signature|Credential)$/i.test(name));
  if (authorization !== undefined && isAddressSigned) {
    throw new S3Refusal("InvalidArgument", "A request is signed in its header or in its address, not in both.");
  }
  if (isAddressSigned) return verify(addressClaim(request, now), withHoistedHeaders(request), settings);
  if (authorization === undefined) return "anonymous";
  return verify(headerClaim(request, authorization, now), request, settings);
}

function headerClaim(request: S3Request, authorization: string, now: number): Claim {
  const { headers } = request;
  const fields = /^AWS4-HMAC-SHA256\s+(.*)$/.exec(authorization)?.[1]?.split(/\s*,\s*/) ?? [];
  const field = (name: string): string | undefined =>
    fields.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
  const [credential, names, signature] = [field("Credential"), field("SignedHeaders"), field("Signature")];
  if (credential === undefined || names === undefined || signature === undefined) {
    throw new S3Refusal("AuthorizationHeaderMalformed");
  }
  const payload = headers.get("x-amz-content-sha256");
  if (payload === undefined) throw new S3Refusal("MissingSecurityHeader");
  const timestamp = headers.get("x-amz-date") ?? "";
  const signedAt = timeOf(timestamp);
  if (signedAt === undefined) throw new S3Refusal("AccessDenied", "The request needs an x-amz-date.");
  if (Math.abs(signedAt - now) > fifteenMinutes) throw skewed(timestamp, now);
  const token = headers.get("x-amz-security-token");
  const read = readCredential(credential, "AuthorizationHeaderMalformed");
  return { ...read, timestamp, signedHeaders: names.split(";"), signature, payload, token };
}

function addressClaim(request: S3Request, now: number): Claim {
  const [credential, timestamp, life, names, signature] = [
    "Credential",
    "Date",
    "Expires",
    "SignedHeaders",
    "Signature",
  ]
    .map((name) => parameter(request, `X-Amz-${name}`))
    .filter((value) => value !== undefined);
  const isComplete = signature !== undefined && parameter(request, "X-Amz-Algorithm") === algorithm;
  if (!isComplete || credential === undefined || timestamp === undefined || life === undefined || names === undefined) {
    throw new S3Refusal("AuthorizationQueryParametersError");
  }
  const signedAt = timeOf(timestamp);
  const seconds = /^\d{1,9}$/.test(life) ? Number(life) : 0;
  if (signedAt === undefined || seconds < 1 || seconds > longestLife) {
    throw new S3Refusal("AuthorizationQueryParametersError", "X-Amz-Expires takes 1 to 604800 seconds.");
  }
  if (signedAt > now + fifteenMinutes) throw new S3Refusal("AccessDenied", "Request is not valid yet");
  if (now > signedAt + seconds * 1000) {
    const expires = new Date(signedAt + seconds * 1000).toISOString();
    throw new S3Refusal("AccessDenied", "Request has expired", { Expires: expires, ServerTime: isoTime(now) });
  }
  const payload =
    parameter(request, "X-Amz-Content-Sha256") ?? request.headers.get("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD";
  const token = parameter(request, "X-Amz-Security-Token");
  const read = readCredential(credential, "AuthorizationQueryParametersError");
  return { ...read, timestamp, signedHeaders: names.split(";"), signature, payload, token };
}

/** S3 takes a header from the query of a signed address where it stands there. */
function withHoistedHeaders(request: S3Request): S3Request {
  const headers = new Map(request.headers);
  for (const [name, value] of request.query) {
    const header = name.toLowerCase();
    if (header.startsWith("x-amz-") && !signatureParameters.test(header) && !headers.has(header)) {
      headers.set(header, headerValue(header, value));
    }
  }
  return { ...request, headers };
}

const signatureParameters = /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|content-sha256)$/;

function readCredential(text: string, malformed: "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError") {
  const [, accessKeyId = "", day = "", region = "", service = ""] =
    /^(.*)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(text) ?? [];
  if (day === "" || service !== "s3") throw new S3Refusal(malformed);
  if (region !== s3Account.region) {
    const message = `This store is in the region "${s3Account.region}", not in "${region.slice(0, 60)}".`;
    throw new S3Refusal(malformed, message, { Region: s3Account.region });
  }
  return { accessKeyId, scope: { day, region, service } };
}

function verify(claim: Claim, request: S3Request, settings: Readonly<SandboxSettings>): Asker {
  const { scope, timestamp, signature, signedHeaders, payload } = claim;
  checkKey(claim, settings.s3SessionToken);
  if (!timestamp.startsWith(scope.day)) throw new S3Refusal("SignatureDoesNotMatch");
  checkSignedHeaders(request, signedHeaders);
  const key = signingKey(s3Account.secretAccessKey, scope);
  const canonical = canonicalRequest({ ...request, signedHeaders, payload });
  if (!isSame(requestSignature(key, timestamp, scope, canonical), signature)) {
    throw new S3Refusal("SignatureDoesNotMatch", undefined, {
      AWSAccessKeyId: claim.accessKeyId,
      StringToSign: `${algorithm} ${timestamp} ${scopeText(scope)}`,
    });
  }
  return { payload, seal: { key, timestamp, scope, seed: signature }, request };
}

/** The key, and with temporary ones the token. */
function checkKey({ accessKeyId, token }: Claim, expected: string): void {
  const isMissing = expected !== "" && token === undefined;
  if (accessKeyId !== s3Account.accessKeyId || isMissing) throw new S3Refusal("InvalidAccessKeyId");
  if (token === undefined || (expected !== "" && isSame(token, expected))) return;
  throw new S3Refusal(token.startsWith("expired") ? "ExpiredToken" : "InvalidToken");
}

/** The host and whatever changes what the request means are to be signed, else they could be changed on the way. */
function checkSignedHeaders({ headers, query }: S3Request, signed: readonly string[]): void {
  const isInQuery = (name: string): boolean => query.some(([known]) => known.toLowerCase() === name);
  const missing = [...headers.keys()].filter(
    (name) => (name === "host" || name.startsWith("x-amz-")) && !signed.includes(name) && !isInQuery(name),
  );
  if (missing.length === 0) return;
  const message = "There were headers present in the request which were not signed";
  throw new S3Refusal("AccessDenied", message, { HeadersNotSigned: missing.join(", ") });
}

const skewed = (timestamp: string, now: number): S3Refusal =>
  new S3Refusal("RequestTimeTooSkewed", undefined, {
    RequestTime: timestamp,
    ServerTime: isoTime(now),
    MaxAllowedSkewMilliseconds: String(fifteenMinutes),
  });

const isoTime = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");

/** `20261121T192648Z` in milliseconds since the epoch. */
function timeOf(timestamp: string): number | undefined {
  const iso = timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const time = iso === timestamp ? Number.NaN : Date.parse(iso);
  return Number.isNaN(time) ? undefined : time;
}
