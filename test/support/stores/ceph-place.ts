/** Where a Ceph gateway is. */
export interface CephPlace {
  endpoint: string;
}

/** Buckets are found below it as host names too: `bucket.s3.localhost`. */
export const CEPH_DOMAIN = "s3.localhost";

/** Somebody who has keys. */
interface CephUser {
  name: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Quota of all their buckets together. */
  mostBytes?: number;
}

/** Who there is on every gateway: an owner, one whom the owner lets read only, and one whose store is full soon. */
export const CEPH_USERS: Readonly<Record<"owner" | "reader" | "poor", CephUser>> = {
  owner: { name: "owner", accessKeyId: "OWNERKEY", secretAccessKey: "owner-secret" },
  reader: { name: "reader", accessKeyId: "READERKEY", secretAccessKey: "reader-secret" },
  poor: { name: "poor", accessKeyId: "POORKEY", secretAccessKey: "poor-secret", mostBytes: 1_048_576 },
};
