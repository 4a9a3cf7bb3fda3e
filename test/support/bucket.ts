import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import type { Sandbox } from "../../sandbox";
import { plainClient } from "./stores/test-store";

/** What is in a bucket of the sandbox, past our own code. */
export interface Bucket {
  keys(): Promise<string[]>;
  /** Multipart uploads that somebody began and did not end. */
  openUploads(): Promise<string[]>;
  head(key: string): Promise<HeadObjectCommandOutput>;
  tags(key: string): Promise<Record<string, string>>;
  bytes(key: string): Promise<Buffer>;
  json(key: string): Promise<Record<string, unknown>>;
  put(key: string, body: string | Buffer, metadata?: Record<string, string>): Promise<void>;
}

/** @param Bucket its name. */
export function bucketIn({ s3 }: Pick<Sandbox, "s3">, Bucket = "pictures"): Bucket {
  const client = plainClient(s3.endpoint, s3);
  const bytes = async (Key: string): Promise<Buffer> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  return {
    keys: async () => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
      return Contents.map(({ Key = "" }) => Key);
    },
    openUploads: async () => {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
      return Uploads.map(({ Key = "" }) => Key);
    },
    head: (Key) => client.send(new HeadObjectCommand({ Bucket, Key })),
    tags: async (Key) => {
      const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket, Key }));
      return Object.fromEntries(TagSet.map(({ Key: name = "", Value = "" }) => [name, Value]));
    },
    bytes,
    json: async (key) => JSON.parse((await bytes(key)).toString("utf8")) as Record<string, unknown>,
    put: async (Key, Body, Metadata) => void (await client.send(new PutObjectCommand({ Bucket, Key, Body, Metadata }))),
  };
}
