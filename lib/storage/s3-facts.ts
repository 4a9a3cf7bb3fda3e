/** AWS's storage classes; other stores have names of their own. */
export const STORAGE_CLASSES: readonly string[] = [
  "STANDARD",
  "INTELLIGENT_TIERING",
  "STANDARD_IA",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
  "REDUCED_REDUNDANCY",
];

/** The canned ACLs of S3. */
export const CANNED_ACLS: readonly string[] = [
  "private",
  "public-read",
  "public-read-write",
  "authenticated-read",
  "aws-exec-read",
  "bucket-owner-read",
  "bucket-owner-full-control",
];

/** S3's limits of tags: how many an object has, and characters of a name and a value. */
export const TAG_LIMITS = { most: 10, name: 128, value: 256 } as const;
