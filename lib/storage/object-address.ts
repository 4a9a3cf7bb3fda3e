import { isIP } from "node:net";
import { encoded } from "./encoded";
import type { BucketPlace } from "./store";

/** Where an object is found without a signature: below the public address, else at the bucket itself. */
export function objectAddress(place: BucketPlace, key: string): string {
  const path = key.split("/").map(encoded).join("/");
  return `${place.publicBaseUrl || bucketAddress(place)}/${path}`;
}

/** As the client builds it (S3's endpoint rules): the bucket in the host's name where that is a name it can be part of. */
function bucketAddress({ endpoint, region, bucket, pathStyle }: BucketPlace): string {
  const base = new URL(endpoint || awsEndpoint(region));
  const path = base.pathname.replace(/\/+$/, "");
  return pathStyle || !canBeHost(bucket, base)
    ? `${base.origin}${path}/${encoded(bucket)}`
    : `${base.protocol}//${bucket}.${base.host}${path}`;
}

/** A certificate for `*.host` does not hold for a bucket with dots; an IP address has no names below it. */
const canBeHost = (bucket: string, { hostname }: URL): boolean =>
  isIP(hostname.replace(/^\[|\]$/g, "")) === 0 && /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket);

const awsEndpoint = (region: string): string =>
  `https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
