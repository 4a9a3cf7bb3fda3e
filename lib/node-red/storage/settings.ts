import type { ValidateFunction } from "ajv";
import { address, compileSettings, complete, readSettings, typedValue } from "../settings-schema";
import type { TypedValue } from "../types";
import { STORAGE_RANGES } from "./ranges";

/** A bucket node's properties as they are saved, in their working types. */
export interface BucketSettings {
  /** "sandbox": a store on this machine that the pack brings along; nothing but the bucket's name counts then. */
  environment: "production" | "sandbox";
  /** Empty: AWS. */
  endpoint: string;
  region: string;
  bucket: string;
  pathStyle: boolean;
  publicBaseUrl: string;
  checksums: "required" | "supported";
  authentication: "keys" | "chain";
  retries: number;
  /** What the names of the Test button's objects begin with. */
  testPrefix: string;
}

/** An upload node's properties as they are saved, in their working types. */
export interface UploadSettings {
  bucket: string;
  /** "confirm": waits for a picture that a service writes into the bucket by itself. */
  mode: "upload" | "confirm";
  source: TypedValue;
  /** Of type "str": a template. */
  key: TypedValue;
  cacheControl: string;
  storageClass: string;
  acl: string;
  encryption: "none" | "s3" | "kms";
  /** Empty: the store's own key. */
  kmsKey: string;
  /** `name=value` pairs, separated by commas or line breaks; values may have the template's fields. */
  tags: string;
  /** Job, model, seed and a digest of the prompt beside the object. */
  metadata: boolean;
  promptInMetadata: boolean;
  /** The picture's own file says where it comes from. */
  provenance: boolean;
  neverOverwrite: boolean;
  sidecar: boolean;
  link: "public" | "signed";
  /** Seconds that a signed link works. */
  linkLife: number;
  concurrency: number;
  /** Seconds for one picture, from its turn on; in mode "confirm" for the object. */
  timeout: number;
  /** Of one picture. */
  maxMegabytes: number;
  /** `host` or `host:port`, separated by commas or spaces, that may be inside a private network. */
  allowedHosts: string;
}

/** A presign node's properties as they are saved, in their working types. */
export interface PresignSettings {
  bucket: string;
  method: "put" | "get" | "head";
  /** Of effect for "put": "flux": the next inference node has the picture written; "property": the address itself. */
  putInto: "flux" | "property";
  /** Of effect for "put". Of type "str": a template. */
  key: TypedValue;
  /** Of effect for "get" and "head": an object of `msg.s3`, a list of them, or a key. */
  object: TypedValue;
  /** Seconds that the address works. */
  life: number;
  /** The property of the message that takes the address, or a list of them. */
  into: string;
  /** Of effect for "get" and "head". */
  checkExists: boolean;
}

const text = { type: "string", default: "" };

const bucketSchema = complete({
  environment: { enum: ["production", "sandbox"], default: "production" },
  endpoint: address,
  region: { type: "string", default: "us-east-1", pattern: "^[A-Za-z0-9-]{1,64}$" },
  bucket: { type: "string", default: "", pattern: "^$|^(?![.-])[A-Za-z0-9._-]{3,255}$" },
  pathStyle: { type: "boolean", default: false },
  publicBaseUrl: address,
  checksums: { enum: ["required", "supported"], default: "required" },
  authentication: { enum: ["keys", "chain"], default: "keys" },
  retries: STORAGE_RANGES.retries,
  testPrefix: { type: "string", default: "node-red-flux-test/" },
});

const uploadSchema = complete({
  bucket: text,
  mode: { enum: ["upload", "confirm"], default: "upload" },
  source: { ...typedValue, default: { type: "msg", value: "payload" } },
  key: { ...typedValue, default: { type: "str", value: "{provider}/{jobId}-{index}.{ext}" } },
  cacheControl: text,
  storageClass: text,
  acl: text,
  encryption: { enum: ["none", "s3", "kms"], default: "none" },
  kmsKey: text,
  tags: text,
  metadata: { type: "boolean", default: true },
  promptInMetadata: { type: "boolean", default: false },
  provenance: { type: "boolean", default: false },
  neverOverwrite: { type: "boolean", default: false },
  sidecar: { type: "boolean", default: false },
  link: { enum: ["public", "signed"], default: "public" },
  linkLife: STORAGE_RANGES.life,
  concurrency: STORAGE_RANGES.concurrency,
  timeout: STORAGE_RANGES.timeout,
  maxMegabytes: STORAGE_RANGES.maxMegabytes,
  allowedHosts: text,
});

const presignSchema = complete({
  bucket: text,
  method: { enum: ["put", "get", "head"], default: "put" },
  putInto: { enum: ["flux", "property"], default: "flux" },
  key: { ...typedValue, default: { type: "str", value: "{provider}/{jobId}.{ext}" } },
  object: { ...typedValue, default: { type: "msg", value: "s3" } },
  life: STORAGE_RANGES.life,
  into: { type: "string", default: "payload" },
  checkExists: { type: "boolean", default: true },
});

interface Validators {
  bucket: ValidateFunction<BucketSettings>;
  upload: ValidateFunction<UploadSettings>;
  presign: ValidateFunction<PresignSettings>;
}

let compiled: Validators | undefined;

/** Compiled when the first node needs it. */
const validators = (): Validators =>
  (compiled ??= {
    bucket: compileSettings<BucketSettings>(bucketSchema),
    upload: compileSettings<UploadSettings>(uploadSchema),
    presign: compileSettings<PresignSettings>(presignSchema),
  });

/**
 * Reads a saved bucket node.
 * @throws FluxError FLUX_CONFIG that names every setting that cannot be used.
 */
export const readBucketSettings = (config: object): BucketSettings =>
  readSettings(validators().bucket, config, "The bucket node");

/** Reads a saved upload node; throws as above. */
export const readUploadSettings = (config: object): UploadSettings =>
  readSettings(validators().upload, config, "This node");

/** Reads a saved presign node; throws as above. */
export const readPresignSettings = (config: object): PresignSettings =>
  readSettings(validators().presign, config, "This node");
