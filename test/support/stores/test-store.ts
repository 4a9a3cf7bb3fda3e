import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { BucketAccess, BucketCredentials, BucketPlace } from "../../../lib/storage/store";
import { type FaultProxy, startFaultProxy } from "./fault-proxy";

export type StoreName = "sandbox" | "ceph";

/** Somebody's keys. */
export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** What differs from the owner's plain access to the bucket. */
export interface AccessChanges extends Partial<Pick<BucketPlace, "endpoint" | "bucket" | "checksums" | "pathStyle">> {
  credentials?: BucketCredentials;
  connection?: Partial<BucketAccess["connection"]>;
  retries?: number;
}

/** A running store with a bucket of the owner's, as the tests see it. */
export interface TestStore {
  readonly name: StoreName;
  readonly endpoint: string;
  readonly owner: Keys;
  readonly bucket: string;
  /** Another way to the same store, on which things go wrong on demand. */
  readonly proxy: FaultProxy;
  /** The owner's view of what is there, past our own code. */
  readonly client: S3Client;
  access(changes?: AccessChanges): BucketAccess;
  /** Access over the proxy. */
  accessWithFaults(changes?: AccessChanges): BucketAccess;
  /** Access of somebody who may read, but not write. */
  accessOfReader(): Promise<BucketAccess>;
  /** Access to a store that has no room for more than a mebibyte. */
  accessWithoutRoom(): Promise<BucketAccess>;
  /** Ends all faults. */
  calm(): void;
  close(): Promise<void>;
}

/** What a store has of its own; the rest is the same for all. */
export interface StoreMakings {
  name: StoreName;
  endpoint: string;
  owner: Keys;
  reader(store: TestStore): Promise<AccessChanges>;
  withoutRoom(store: TestStore): Promise<AccessChanges>;
  calm(): void;
  close(): Promise<void>;
}

const REGION = "us-east-1";

/** The SDK itself, for a look at a store past our own code. */
export function plainClient(endpoint: string, credentials: Keys): S3Client {
  // As our own loader does: the notice is about Node.js versions to come.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  return new S3Client({
    endpoint,
    region: REGION,
    credentials,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
}

/** Times that a store on this machine never needs. */
const connection = { useEnvironmentProxy: false, connectTimeout: 10_000, headersTimeout: 30_000, bodyTimeout: 30_000 };

/** Puts a proxy before a running store and a bucket into it. */
export async function testStore(makings: StoreMakings): Promise<TestStore> {
  const { name, endpoint, owner, reader, withoutRoom } = makings;
  const proxy = await startFaultProxy(endpoint);
  const client = plainClient(endpoint, owner);
  const bucket = "pictures-of-a-test";
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const access = (changes: AccessChanges = {}): BucketAccess => ({
    place: {
      endpoint: changes.endpoint ?? endpoint,
      region: REGION,
      bucket: changes.bucket ?? bucket,
      pathStyle: changes.pathStyle ?? true,
      publicBaseUrl: "",
      checksums: changes.checksums ?? "required",
    },
    credentials: changes.credentials ?? owner,
    connection: { ...connection, ...changes.connection },
    retries: changes.retries ?? 3,
  });
  const store: TestStore = {
    name,
    endpoint,
    owner,
    bucket,
    proxy,
    client,
    access,
    accessWithFaults: (changes) =>
      access({ ...changes, endpoint: endpoint.replace(new URL(endpoint).origin, proxy.url) }),
    accessOfReader: async () => access(await reader(store)),
    accessWithoutRoom: async () => access(await withoutRoom(store)),
    calm: () => {
      makings.calm();
      proxy.clear();
    },
    close: async () => {
      client.destroy();
      await proxy.close();
      await makings.close();
    },
  };
  return store;
}
