import { objectAddress } from "./object-address";
import type { BucketPlace } from "./store";

/** What the store was asked to do. */
export interface Asked {
  place: BucketPlace;
  action: "write" | "tag" | "look up" | "read" | "delete" | "sign";
  key: string;
}

/** The permission that each action needs, in AWS's words, which other stores have taken over. */
export const PERMISSIONS = {
  write: "s3:PutObject",
  tag: "s3:PutObjectTagging",
  "look up": "s3:GetObject",
  read: "s3:GetObject",
  delete: "s3:DeleteObject",
  sign: "s3:GetObject",
} as const satisfies Record<Asked["action"], string>;

/** For "could not be ...". */
export const DONE = {
  write: "stored",
  tag: "tagged",
  "look up": "looked up",
  read: "read",
  delete: "deleted",
  sign: "signed",
} as const;

/** `The object "a/b.png" in the bucket "pictures"` */
export const whatOf = (asked: Asked): string => `The object ${nameOf(asked)}`;

/** `"a/b.png" in the bucket "pictures"` */
export const nameOf = ({ key, place }: Asked): string =>
  `"${key.length > 200 ? `${key.slice(0, 200)}...` : key}" in the bucket "${place.bucket}"`;

/** The host, as the author has set it. */
export const storeOf = (place: BucketPlace): string =>
  new URL(place.endpoint || objectAddress({ ...place, publicBaseUrl: "" }, "")).host;
