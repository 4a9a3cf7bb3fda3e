import type { Reply } from "../http";
import { s3Account } from "./account";
import { receiveText } from "./receive";
import { S3Refusal } from "./refusal";
import { emptyReply, type Work } from "./work";
import { textIn } from "./xml";

/** Three to 63 small letters, digits, dots and hyphens. Source: AWS, "General purpose bucket naming rules". */
const bucketName = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Throws a refusal for a name that no bucket can have, and that might lead out of the store's folder. */
export function checkBucketName(name: string): void {
  if (!bucketName.test(name)) throw new S3Refusal("InvalidBucketName");
}

export async function createBucket(work: Work): Promise<Reply> {
  const { context, bucketName: name, request } = work;
  const hasContent = (request.headers.get("content-length") ?? "0") !== "0";
  const place = hasContent ? textIn(await receiveText(work), "LocationConstraint") : undefined;
  if (place !== undefined && place !== s3Account.region) {
    throw new S3Refusal("InvalidArgument", `This store's only region is ${s3Account.region}.`);
  }
  // Once more is no error: AWS is alike in this one region, Ceph in all.
  if (context.s3.buckets.get(name) === undefined) context.s3.buckets.create(name);
  return emptyReply({ location: `/${name}` });
}

export function headBucket({ bucket }: Work): Reply {
  bucket();
  return emptyReply({ "x-amz-bucket-region": s3Account.region });
}

export function deleteBucket({ bucket, context, bucketName: name }: Work): Reply {
  if (bucket().list().length > 0) throw new S3Refusal("BucketNotEmpty");
  for (const { id } of context.s3.uploads.list(name)) context.s3.uploads.remove(id);
  context.s3.buckets.remove(name);
  return emptyReply({}, 204);
}
