import assert from "node:assert/strict";
import type { PassingRequest } from "../../../support/stores/fault-proxy";
import type { Case, CaseGroup, Scene } from "../case";
import { generated, generatedBuffer, MEBIBYTE } from "../content";
import { holds, nothingLeft, refusal } from "../expectations";

const first = generatedBuffer(500);

/** An object of somebody else's under the case's key. */
async function occupied({ open, key, signal }: Scene): Promise<void> {
  const metadata = { "job-id": "the-first" };
  await open().put({ key, body: first, contentType: "image/png", metadata }, { signal });
}

const long = () => generated(6 * MEBIBYTE).stream;

const kinds = [
  { kind: "a short picture", body: () => generatedBuffer(1000) },
  { kind: "a long picture", body: long, notWith: { ceph: "Ceph 16 knows no condition for uploads in parts" } },
] as const;

export const overwriting: CaseGroup = {
  title: "Never overwrite",
  cases: [
    ...kinds.flatMap(casesFor),
    {
      title: "a long picture is not stored where the store would overwrite, and the error says why",
      notWith: { sandbox: "it never would" },
      run: async (scene) => {
        const object = { key: scene.key, body: long(), contentType: "image/png", neverOverwrite: true };
        const work = scene.open().put(object, { signal: scene.signal });
        await refusal(scene, work, { code: "FLUX_STORAGE", retryable: false, says: /If-None-Match/ });
        await nothingLeft(scene, scene.key);
      },
    },
  ],
};

function casesFor({ kind, body, ...limits }: (typeof kinds)[number]): Case[] {
  return [
    {
      title: `${kind} is not written over another one`,
      run: async (scene) => {
        await occupied(scene);
        const store = scene.open();
        const object = { key: scene.key, body: body(), contentType: "image/png", neverOverwrite: true };
        await refusal(scene, store.put(object, { signal: scene.signal }), { code: "FLUX_STORAGE", retryable: false });
        await refusal(scene, store.put({ ...object, body: body() }, { signal: scene.signal, isOurs: () => false }), {
          code: "FLUX_STORAGE",
        });
        await holds(store, scene.key, first, first.length);
      },
    },
    {
      title: `${kind} that is there already counts as stored`,
      run: async (scene) => {
        await occupied(scene);
        const store = scene.open();
        const stored = await store.put(
          { key: scene.key, body: body(), contentType: "image/png", neverOverwrite: true },
          { signal: scene.signal, isOurs: ({ metadata }) => metadata["job-id"] === "the-first" },
        );
        assert.deepEqual([stored.key, stored.size], [scene.key, first.length]);
        await holds(store, scene.key, first, first.length);
      },
    },
    {
      title: `${kind} is written where nothing is`,
      ...limits,
      run: async (scene) => {
        const store = scene.open();
        const object = { key: scene.key, body: body(), contentType: "image/png", neverOverwrite: true };
        const stored = await store.put(object, { signal: scene.signal });
        assert.equal((await store.find(scene.key, scene.signal))?.size, stored.size);
      },
    },
    {
      title: `${kind} whose answer was lost counts as stored, once it is found`,
      ...limits,
      run: async (scene) => {
        const store = scene.openWithFaults();
        const { proxy } = scene.store;
        const isLastCall = ({ method, target }: PassingRequest): boolean =>
          target.includes(`/${scene.key}?`) && method === (target.includes("uploadId=") ? "POST" : "PUT");
        proxy.arm({ kind: "lost answer" }, { matches: isLastCall });
        const metadata = { "job-id": "this-one" };
        const stored = await store.put(
          { key: scene.key, body: body(), contentType: "image/png", neverOverwrite: true, metadata },
          { signal: scene.signal, isOurs: (found) => found.metadata["job-id"] === "this-one" },
        );
        assert.equal((await store.find(scene.key, scene.signal))?.size, stored.size);
      },
    },
  ];
}
