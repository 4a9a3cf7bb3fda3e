/**
 * The only key that the sandbox's S3 knows. It is no secret: the store listens on this machine and holds what the sandbox
 * drew.
 */
export const s3Account = {
  region: "us-east-1",
  accessKeyId: "sandbox",
  secretAccessKey: "sandbox-secret-for-pictures-of-no-value",
} as const;
