import assert from "node:assert/strict";
import type { Case, CaseGroup } from "../case";
import { generated, generatedBuffer, MEBIBYTE } from "../content";
import { refusal } from "../expectations";

const NO_STORAGE_CLASSES = "this gateway has only STANDARD";

/** A short picture and a long one: they are stored by different calls. */
const bodies = () =>
  [
    ["short", generatedBuffer(1000)],
    ["long", generated(6 * MEBIBYTE).stream],
  ] as const;

const kept: Case = {
  title: "content type, cache control, metadata and tags are kept",
  run: async ({ open, key: folder, signal, store: { client, bucket } }) => {
    const store = open();
    const { GetObjectTaggingCommand } = await import("@aws-sdk/client-s3");
    const metadata = { "job-id": "59a2edc2", seed: "18446744073709551615", model: "runware:111@1" };
    const tags = { project: "harbour & sea", größe: "a+b=c/d%", empty: "" };
    for (const [name, body] of bodies()) {
      const key = `${folder}/${name}`;
      const cacheControl = "public, max-age=31536000, immutable";
      const stored = await store.put(
        { key, body, contentType: "image/webp", cacheControl, metadata, tags },
        { signal },
      );
      assert.equal(stored.contentType, "image/webp");
      const found = await store.find(key, signal);
      for (const [name, value] of Object.entries(metadata)) assert.equal(found?.metadata[name], value);
      const answer = await fetch(await store.sign("HEAD", key, 60), { method: "HEAD" });
      assert.deepEqual(
        [answer.headers.get("content-type"), answer.headers.get("cache-control")],
        ["image/webp", cacheControl],
      );
      const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }));
      assert.deepEqual(Object.fromEntries(TagSet.map((tag) => [tag.Key, tag.Value])), tags);
    }
  },
};

const publicOrNot: Case = {
  title: "a public ACL makes a picture readable at its plain address, none keeps it private",
  run: async ({ open, key: folder, signal }) => {
    const store = open();
    for (const [name, body] of bodies()) {
      const key = `${folder}/${name} ü+.png`;
      await store.put({ key, body, contentType: "image/png", acl: "public-read" }, { signal });
      const answer = await fetch(store.addressOf(key));
      await answer.body?.cancel();
      assert.equal(answer.status, 200, name);
    }
    const key = `${folder}/private`;
    await store.put({ key, body: generatedBuffer(10), contentType: "image/png" }, { signal });
    const answer = await fetch(store.addressOf(key));
    await answer.body?.cancel();
    assert.equal(answer.status, 403);
  },
};

export const properties: CaseGroup = {
  title: "What is kept beside the content",
  cases: [
    kept,
    publicOrNot,
    {
      title: "a storage class is kept",
      notWith: { ceph: NO_STORAGE_CLASSES },
      run: async ({ open, key: folder, signal, store: { client, bucket } }) => {
        const store = open();
        const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
        for (const [name, body] of bodies()) {
          const key = `${folder}/${name}`;
          await store.put({ key, body, contentType: "image/png", storageClass: "STANDARD_IA" }, { signal });
          const { StorageClass } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
          assert.equal(StorageClass, "STANDARD_IA");
        }
      },
    },
    {
      title: "a storage class that the store does not have is refused",
      run: async (scene) => {
        const object = { key: scene.key, body: generatedBuffer(10), contentType: "image/png" };
        const work = scene.open().put({ ...object, storageClass: "MARBLE" }, { signal: scene.signal });
        await refusal(scene, work, { code: "FLUX_STORAGE", status: 400, retryable: false });
      },
    },
    {
      title: "encryption with the store's own key is kept",
      notWith: { ceph: "Ceph 16 has none; it came with 17" },
      run: async ({ open, key, signal, store: { client, bucket } }) => {
        const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
        const encryption = { type: "AES256" } as const;
        await open().put({ key, body: generatedBuffer(10), contentType: "image/png", encryption }, { signal });
        const { ServerSideEncryption } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
        assert.equal(ServerSideEncryption, "AES256");
      },
    },
    {
      title: "encryption with a key of KMS is kept",
      run: async ({ open, key: folder, signal, store: { client, bucket } }) => {
        const store = open();
        const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
        const encryption = { type: "aws:kms", keyId: "test-key" } as const;
        for (const [name, body] of bodies()) {
          const key = `${folder}/${name}`;
          await store.put({ key, body, contentType: "image/png", encryption }, { signal });
          const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
          assert.deepEqual([head.ServerSideEncryption, head.SSEKMSKeyId], ["aws:kms", "test-key"]);
        }
      },
    },
    {
      title: "the version is told where the bucket has versions",
      notWith: { sandbox: "it has no versions" },
      run: async (scene) => {
        const { client } = scene.store;
        const { CreateBucketCommand, PutBucketVersioningCommand } = await import("@aws-sdk/client-s3");
        const bucket = "pictures-with-versions";
        await client.send(new CreateBucketCommand({ Bucket: bucket }));
        const VersioningConfiguration = { Status: "Enabled" } as const;
        await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
        const store = scene.open({ bucket });
        const versions = new Set<string | undefined>();
        for (const [, body] of bodies()) {
          const stored = await store.put({ key: scene.key, body, contentType: "image/png" }, { signal: scene.signal });
          assert.equal(stored.versionId, (await store.find(scene.key, scene.signal))?.versionId);
          versions.add(stored.versionId);
        }
        assert.deepEqual([versions.size, versions.has(undefined)], [2, false]);
      },
    },
  ],
};
