import assert from "node:assert/strict";
import { type ErrorCode, FluxError } from "../../../lib/errors";
import type { Store, StoredObject } from "../../../lib/storage/store";
import type { Scene } from "./case";
import { type Content, digestOf, downloadedDigest } from "./content";

/** The object under a key is this content, to whoever downloads it over a signed address. */
export async function holds(store: Store, key: string, content: Content | Buffer, size: number): Promise<void> {
  const found = await downloadedDigest(await store.sign("GET", key, 600));
  const digest = Buffer.isBuffer(content) ? digestOf(content) : content.digest();
  assert.deepEqual(found, { status: 200, digest, size });
}

/** What was said of a stored object is what the store says of it. */
export async function isTold(store: Store, stored: StoredObject, { signal }: Scene): Promise<void> {
  const { age, metadata: _, ...found } = (await store.find(stored.key, signal)) ?? assert.fail("nothing was stored");
  assert.deepEqual({ ...stored }, found);
  assert.match(stored.etag, /^[^"]+$/);
  assert.ok(age === undefined || (age > -5000 && age < 60_000), `an age of ${age} ms`);
}

/** Nothing is stored under a key, and no upload to it is still open: its parts would be paid for. */
export async function nothingLeft({ store: { client, bucket } }: Scene, key: string): Promise<void> {
  const { ListMultipartUploadsCommand, ListObjectsV2Command } = await import("@aws-sdk/client-s3");
  const [objects, uploads] = await Promise.all([
    client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key })),
    client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key })),
  ]);
  assert.deepEqual(
    [(objects.Contents ?? []).map((object) => object.Key), (uploads.Uploads ?? []).map((upload) => upload.Key)],
    [[], []],
  );
}

interface Expected {
  code: ErrorCode;
  status?: number;
  providerCode?: string | RegExp;
  retryable?: boolean;
  says?: RegExp;
}

/** It was refused with an error that a flow's author can act on and that holds no secret. */
export async function refusal(scene: Scene, work: Promise<unknown>, expected: Expected): Promise<FluxError> {
  const error = await work.then(
    () => assert.fail("it was not refused"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FluxError, `not a FluxError: ${error instanceof Error ? error.stack : String(error)}`);
  const { code, message, cause } = error;
  assert.equal(code, expected.code, message);
  if (expected.status !== undefined) assert.equal(cause.status, expected.status, message);
  if (typeof expected.providerCode === "string") assert.equal(cause.providerCode, expected.providerCode);
  else if (expected.providerCode) assert.match(cause.providerCode ?? "", expected.providerCode);
  if (expected.retryable !== undefined) assert.equal(cause.retryable, expected.retryable, message);
  if (expected.says) assert.match(message, expected.says);
  assert.deepEqual([cause.provider, cause.billed], ["s3", "no"]);
  const told = JSON.stringify([message, error.stack, cause]);
  for (const secret of [scene.store.owner.secretAccessKey, "X-Amz-Signature", "AWS4-HMAC"]) {
    assert.ok(!told.includes(secret), `the error tells a secret: ${message}`);
  }
  return error;
}
