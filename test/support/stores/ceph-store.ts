import { CreateBucketCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { cephGateway } from "./ceph-gateway";
import { CEPH_USERS } from "./ceph-place";
import { type AccessChanges, plainClient, type TestStore, testStore } from "./test-store";

/** A Ceph object gateway with a bucket. */
export async function startCephStore(): Promise<TestStore> {
  const { endpoint } = await cephGateway();
  return testStore({
    name: "ceph",
    endpoint,
    owner: CEPH_USERS.owner,
    reader: letRead,
    withoutRoom: poorBucket,
    calm: () => {},
    // It ends with the process.
    close: async () => {},
  });
}

/** Allows one user to read the owner's bucket, and no more. */
async function letRead({ client, bucket }: TestStore): Promise<AccessChanges> {
  const policy = {
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { AWS: [`arn:aws:iam:::user/${CEPH_USERS.reader.name}`] },
      Action: ["s3:GetObject", "s3:ListBucket"],
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    },
  };
  await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(policy) }));
  return { credentials: CEPH_USERS.reader };
}

/** A bucket of the user whose quota is small. */
async function poorBucket({ endpoint }: TestStore): Promise<AccessChanges> {
  const bucket = "bucket-without-room";
  const client = plainClient(endpoint, CEPH_USERS.poor);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return { bucket, credentials: CEPH_USERS.poor };
}
