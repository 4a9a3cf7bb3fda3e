import { CANNED_ACLS, STORAGE_CLASSES, TAG_LIMITS } from "../../lib/storage/s3-facts";
import { S3Refusal } from "./refusal";
import { pairsIn, type S3Request } from "./request";

/** What is kept of an object beside its content. */
export interface Attributes {
  /** Headers that are given back as they came. */
  headers: Readonly<Record<string, string>>;
  /** A canned ACL. */
  acl: string;
  tags: readonly (readonly [name: string, value: string])[];
}

/** Headers that describe the content. */
const contentHeaders = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
];

const encryptionHeader = "x-amz-server-side-encryption";
const encryptionKeyHeader = `${encryptionHeader}-aws-kms-key-id`;

/** AWS's limit for names and values of metadata together. */
const mostMetadata = 2048;

/** Headers of Amazon's own that mean something here; others ask for what this store cannot do. */
const known =
  /^x-amz-(date|content-sha256|security-token|decoded-content-length|trailer|user-agent|acl|storage-class|tagging|meta-.+|checksum-.+|sdk-checksum-algorithm|server-side-encryption(-aws-kms-key-id)?)$/;

/** Throws a refusal for a header that asks for something else than what it does here: to do nothing would be a lie. */
export function refuseUnknownHeaders({ headers }: S3Request): void {
  const unknown = [...headers.keys()].find((name) => name.startsWith("x-amz-") && !known.test(name));
  if (unknown === undefined) return;
  throw new S3Refusal("NotImplemented", "A header asks for something that this store cannot do.", { Header: unknown });
}

/**
 * What an object's headers say of it.
 * @throws S3Refusal for values that S3 does not take
 */
export function readAttributes({ headers }: S3Request): Attributes {
  const kept: Record<string, string> = { "content-type": "binary/octet-stream" };
  for (const name of contentHeaders) {
    const value = headers.get(name);
    if (value !== undefined && value !== "") kept[name] = value;
  }
  const encoding = withoutChunked(kept["content-encoding"] ?? "");
  if (encoding === "") delete kept["content-encoding"];
  else kept["content-encoding"] = encoding;
  return {
    headers: { ...kept, ...metadataIn(headers), ...storageClassIn(headers), ...encryptionIn(headers) },
    acl: aclIn(headers),
    tags: readTags(pairsIn(headers.get("x-amz-tagging") ?? "")),
  };
}

/** How the content travelled is nobody's business later. */
const withoutChunked = (encoding: string): string =>
  encoding
    .split(/\s*,\s*/)
    .filter((name) => name !== "aws-chunked")
    .join(",");

function metadataIn(headers: S3Request["headers"]): Record<string, string> {
  const metadata = [...headers].filter(([name]) => name.startsWith("x-amz-meta-"));
  const size = metadata.reduce((sum, [name, value]) => sum + name.length - 11 + Buffer.byteLength(value), 0);
  if (size > mostMetadata) throw new S3Refusal("MetadataTooLarge");
  return Object.fromEntries(metadata);
}

/** Nothing for the usual class: S3 names it nowhere. */
function storageClassIn(headers: S3Request["headers"]): Record<string, string> {
  const storageClass = headers.get("x-amz-storage-class") ?? "STANDARD";
  if (!STORAGE_CLASSES.includes(storageClass)) throw new S3Refusal("InvalidStorageClass");
  return storageClass === "STANDARD" ? {} : { "x-amz-storage-class": storageClass };
}

function aclIn(headers: S3Request["headers"]): string {
  const acl = headers.get("x-amz-acl") ?? "private";
  if (!CANNED_ACLS.includes(acl)) throw new S3Refusal("InvalidArgument", "There is no such canned ACL.");
  return acl;
}

function encryptionIn(headers: S3Request["headers"]): Record<string, string> {
  const [type, key] = [headers.get(encryptionHeader), headers.get(encryptionKeyHeader)];
  if (type !== undefined && type !== "AES256" && type !== "aws:kms") {
    throw new S3Refusal("InvalidEncryptionAlgorithmError");
  }
  if (key !== undefined && type !== "aws:kms") {
    throw new S3Refusal("InvalidArgument", "A key belongs to the encryption aws:kms only.");
  }
  return {
    ...(type === undefined ? {} : { [encryptionHeader]: type }),
    ...(key === undefined ? {} : { [encryptionKeyHeader]: key }),
  };
}

/** What an answer about an object says of its encryption. */
export const encryptionOf = ({ headers }: Attributes): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(encryptionHeader)));

/** Tags, within S3's limits. Throws a refusal for others. */
export function readTags(tags: [name: string, value: string][]): [name: string, value: string][] {
  const isFine = tags.every(
    ([name, value]) => name !== "" && name.length <= TAG_LIMITS.name && value.length <= TAG_LIMITS.value,
  );
  const areDifferent = new Set(tags.map(([name]) => name)).size === tags.length;
  if (!isFine || !areDifferent || tags.length > TAG_LIMITS.most) throw new S3Refusal("InvalidTag");
  return tags;
}
