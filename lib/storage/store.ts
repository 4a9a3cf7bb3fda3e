import type { DispatcherSettings } from "../net/dispatcher";

/** Where a bucket is, as the author set it. */
export interface BucketPlace {
  /** `https://s3.example.com`, with a path before the bucket if need be; empty: AWS. */
  endpoint: string;
  region: string;
  bucket: string;
  /** The bucket's name in the path instead of the host name. */
  pathStyle: boolean;
  /** Where the public finds the bucket's objects, a CDN perhaps; empty: at the bucket itself. */
  publicBaseUrl: string;
  /** Whether the client sends checksums only where S3 asks for them, or wherever it knows one. */
  checksums: "required" | "supported";
}

/** Who asks. "chain": AWS's default chain, in its order: environment, profile, web identity, ECS, IMDS. */
export type BucketCredentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | "chain";

/** All that is needed to talk to a bucket. */
export interface BucketAccess {
  place: BucketPlace;
  credentials: BucketCredentials;
  connection: DispatcherSettings;
  /** Repetitions of one request after the first try. */
  retries: number;
}

/** How a store keeps an object secret on its disks. */
type Encryption = { type: "AES256" } | { type: "aws:kms"; keyId?: string };

/** An object that is to be stored. */
export interface NewObject {
  key: string;
  /** Pieces are taken as they are sent: a long one is never held as a whole. */
  body: Buffer | AsyncIterable<Uint8Array>;
  contentType: string;
  cacheControl?: string;
  storageClass?: string;
  /** A canned ACL: "public-read". */
  acl?: string;
  encryption?: Encryption;
  tags?: Readonly<Record<string, string>>;
  /** Names in lower case; values in ASCII. */
  metadata?: Readonly<Record<string, string>>;
  /** Refused when there is an object of that name, unless `isOurs` says that it is the very one. */
  neverOverwrite?: boolean;
}

/** How an object is stored. */
export interface PutOptions {
  /** Aborts it: nothing is left then, neither an object nor an open multipart upload. */
  signal: AbortSignal;
  /** Told how many bytes the store has taken. */
  onProgress?: (bytes: number) => void;
  /** With `neverOverwrite`: whether an object that is there already is the one that was to be stored. */
  isOurs?: (found: FoundObject) => boolean;
}

/** A stored object. */
export interface StoredObject {
  key: string;
  /** As the store writes it, quotes taken off. */
  etag: string;
  versionId?: string;
  /** Bytes. */
  size: number;
  contentType: string;
}

/** What the store says of an object. */
export interface FoundObject extends StoredObject {
  metadata: Readonly<Record<string, string>>;
  /** Ms since it was written, by the store's own clock; undefined when the store does not tell the time. */
  age: number | undefined;
}

/**
 * A bucket. Its client is loaded and made by the first call. Every call rejects with a FluxError whose text holds neither
 * keys nor signed queries, or with the signal's reason when aborted.
 */
export interface Store {
  readonly place: BucketPlace;
  /** Stores an object: in one piece when it is short, in parts when it is long or its length is not known. */
  put(object: NewObject, options: PutOptions): Promise<StoredObject>;
  /** What is there under that key; undefined: nothing. */
  find(key: string, signal: AbortSignal): Promise<FoundObject | undefined>;
  /** The whole of a small object. */
  read(key: string, signal: AbortSignal): Promise<Buffer>;
  remove(key: string, signal: AbortSignal): Promise<void>;
  /**
   * A signed address. A PUT signs no content type, so that whoever puts may send any. It ends with the credentials it was
   * signed with, where those are temporary, even if that is earlier.
   * @param seconds until it expires, 1 to 604,800.
   */
  sign(method: "PUT" | "GET" | "HEAD", key: string, seconds: number): Promise<string>;
  /** Where the object is found without a signature. */
  addressOf(key: string): string;
  /** Ends what is under way, and the connections. */
  close(): Promise<void>;
}
