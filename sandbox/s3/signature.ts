import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/**
 * AWS Signature Version 4, as S3 has it: the path is taken as it was sent, neither encoded again nor tidied.
 * Source: AWS, "Signature Version 4 for the S3 API".
 */
export const algorithm = "AWS4-HMAC-SHA256";

/** The SHA-256 of nothing. */
const emptyHash = sha256("");

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** What a signature is made under. */
export interface Scope {
  /** `20261121`. */
  day: string;
  region: string;
  service: string;
}

export const scopeText = ({ day, region, service }: Scope): string => `${day}/${region}/${service}/aws4_request`;

/** The key that signs everything of one day. */
export const signingKey = (secret: string, { day, region, service }: Scope): Buffer =>
  hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), "aws4_request");

/** What a signed request is made of. */
export interface Signable {
  method: string;
  rawPath: string;
  query: readonly (readonly [name: string, value: string])[];
  headers: ReadonlyMap<string, string>;
  /** Names in lower case. */
  signedHeaders: readonly string[];
  /** The content's SHA-256 in hexadecimal, or the word that stands for it. */
  payload: string;
}

/** The text whose hash is signed. */
export const canonicalRequest = ({ method, rawPath, query, headers, signedHeaders, payload }: Signable): string =>
  [
    method,
    rawPath,
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${(headers.get(name) ?? "").trim().replace(/ +/g, " ")}`),
    "",
    signedHeaders.join(";"),
    payload,
  ].join("\n");

const canonicalQuery = (query: Signable["query"]): string =>
  query
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a, x], [b, y]) => order(a, b) || order(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Everything but letters, digits and `-._~` in per cent. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** The signature of a request that was made at a time: `20261121T192648Z`. */
export const requestSignature = (key: Buffer, timestamp: string, scope: Scope, canonical: string): string =>
  hmac(key, [algorithm, timestamp, scopeText(scope), sha256(canonical)].join("\n")).toString("hex");

/** A signature that goes on from the one before, in content that is signed piece by piece. */
export interface Seal {
  key: Buffer;
  timestamp: string;
  scope: Scope;
  /** The request's own signature. */
  seed: string;
}

/** The signature of one chunk after the `previous` one. */
export const chunkSignature = ({ key, timestamp, scope }: Seal, previous: string, hash: string): string =>
  hmac(key, [`${algorithm}-PAYLOAD`, timestamp, scopeText(scope), previous, emptyHash, hash].join("\n")).toString(
    "hex",
  );

/** The signature of the trailer, which stands behind the last chunk. */
export const trailerSignature = ({ key, timestamp, scope }: Seal, previous: string, hash: string): string =>
  hmac(key, [`${algorithm}-TRAILER`, timestamp, scopeText(scope), previous, hash].join("\n")).toString("hex");

/** Compares in a time that does not tell where the difference is. */
export const isSame = (a: string, b: string): boolean =>
  timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());
