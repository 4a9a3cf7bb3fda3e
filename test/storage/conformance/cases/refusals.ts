import assert from "node:assert/strict";
import type { BucketCredentials } from "../../../../lib/storage/store";
import type { Case, CaseGroup, Scene } from "../case";
import { generated, generatedBuffer, MEBIBYTE } from "../content";
import { nothingLeft, refusal } from "../expectations";
import { withShiftedClock } from "../shifted-clock";

/** What is put in vain, in one piece and in parts. */
const attempts = ({ key }: Scene) => [
  { key: `${key}/short`, body: generatedBuffer(2 * MEBIBYTE), contentType: "image/png" },
  { key: `${key}/long`, body: generated(12 * MEBIBYTE).stream, contentType: "image/png" },
];

/** With STS its shortest token would last 15 minutes, and it would call every wrong key a denied access. */
const NO_TOKENS = "without STS, Ceph takes no notice of a token";

const withCredentials = (
  title: string,
  change: (keys: Scene["store"]["owner"]) => BucketCredentials,
  code: RegExp,
): Case => ({
  title,
  run: async (scene) => {
    const store = scene.open({ credentials: change(scene.store.owner) });
    for (const object of attempts(scene)) {
      const work = store.put(object, { signal: scene.signal });
      await refusal(scene, work, { code: "FLUX_AUTH", status: 403, providerCode: code, retryable: false });
    }
    await refusal(scene, store.read(scene.key, scene.signal), { code: "FLUX_AUTH" });
    await nothingLeft(scene, scene.key);
  },
});

export const refusals: CaseGroup = {
  title: "What a store refuses",
  cases: [
    withCredentials(
      "a wrong access key id is an error of the keys",
      (keys) => ({ ...keys, accessKeyId: "NOBODYSKEY" }),
      /^InvalidAccessKeyId$/,
    ),
    withCredentials(
      "a wrong secret is an error of the keys",
      (keys) => ({ ...keys, secretAccessKey: "not-the-secret" }),
      /^SignatureDoesNotMatch$/,
    ),
    {
      title: "an expired token is an error of the keys",
      notWith: { ceph: NO_TOKENS },
      run: async (scene) => {
        const store = scene.open({ credentials: { ...scene.store.owner, sessionToken: "expired-an-hour-ago" } });
        for (const object of attempts(scene)) {
          const work = store.put(object, { signal: scene.signal });
          await refusal(scene, work, {
            code: "FLUX_AUTH",
            providerCode: "ExpiredToken",
            retryable: false,
            says: /expired/,
          });
        }
        await nothingLeft(scene, scene.key);
      },
    },
    {
      title: "a token that was never given is refused",
      notWith: { ceph: NO_TOKENS },
      run: async (scene) => {
        const store = scene.open({ credentials: { ...scene.store.owner, sessionToken: "bm90LWEtdG9rZW4=" } });
        for (const object of attempts(scene)) {
          await refusal(scene, store.put(object, { signal: scene.signal }), { code: "FLUX_AUTH", retryable: false });
        }
        await nothingLeft(scene, scene.key);
      },
    },
    {
      title: "a bucket that is not there is named",
      run: async (scene) => {
        const store = scene.open({ bucket: "nobodys-bucket" });
        const expected = { code: "FLUX_STORAGE", status: 404, providerCode: "NoSuchBucket", retryable: false } as const;
        for (const object of attempts(scene)) {
          const work = store.put(object, { signal: scene.signal });
          await refusal(scene, work, { ...expected, says: /nobodys-bucket/ });
        }
      },
    },
    {
      title: "a write that is denied names the permission",
      run: async (scene) => {
        const store = scene.openAs(await scene.store.accessOfReader());
        for (const object of attempts(scene)) {
          const work = store.put(object, { signal: scene.signal });
          const expected = {
            code: "FLUX_STORAGE",
            status: 403,
            providerCode: "AccessDenied",
            retryable: false,
          } as const;
          await refusal(scene, work, { ...expected, says: /s3:PutObject/ });
        }
        await refusal(scene, store.remove(scene.key, scene.signal), { code: "FLUX_STORAGE", says: /s3:DeleteObject/ });
        assert.equal(await store.find(scene.key, scene.signal), undefined);
        await nothingLeft(scene, scene.key);
      },
    },
    {
      title: "a store that is full says so, and keeps no part",
      run: async (scene) => {
        const access = await scene.store.accessWithoutRoom();
        const store = scene.openAs(access);
        for (const object of attempts(scene)) {
          const work = store.put(object, { signal: scene.signal });
          await refusal(scene, work, { code: "FLUX_STORAGE", says: /full|room|quota/i });
        }
        scene.store.calm();
        const { bucket } = access.place;
        const owner = access.credentials === "chain" ? scene.store.owner : access.credentials;
        await nothingLeft({ ...scene, store: { ...scene.store, bucket, client: scene.client(owner) } }, scene.key);
      },
    },
    {
      title: "a clock that is five hours wrong does not keep a picture from being stored",
      run: async ({ store, key, open, signal }) => {
        const access = store.access();
        const hour = 3_600_000;
        const outcomes = await Promise.all([
          withShiftedClock(5 * hour, access, { do: "put", key: `${key}/short`, megabytes: 1 }),
          withShiftedClock(-5 * hour, access, { do: "put", key: `${key}/long`, megabytes: 12 }),
        ]);
        assert.deepEqual(outcomes, [{ stored: `${key}/short` }, { stored: `${key}/long` }]);
        assert.equal((await open().find(`${key}/long`, signal))?.size, 12 * MEBIBYTE);
      },
    },
    {
      title: "nothing under a key is told apart from a refusal",
      run: async (scene) => {
        const store = scene.open();
        assert.equal(await store.find(`${scene.key}/nothing`, scene.signal), undefined);
        await store.remove(`${scene.key}/nothing`, scene.signal);
        await refusal(scene, store.read(`${scene.key}/nothing`, scene.signal), { code: "FLUX_STORAGE", status: 404 });
      },
    },
    {
      title: "a key of 1,025 bytes is refused",
      run: async (scene) => {
        const object = { key: "k".repeat(1025), body: generatedBuffer(1), contentType: "image/png" };
        await refusal(scene, scene.open().put(object, { signal: scene.signal }), {
          code: "FLUX_STORAGE",
          retryable: false,
        });
      },
    },
  ],
};
