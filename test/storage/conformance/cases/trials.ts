import assert from "node:assert/strict";
import { awaitObject } from "../../../../lib/storage/await-object";
import { tryBucket } from "../../../../lib/storage/try-bucket";
import type { CaseGroup } from "../case";
import { generatedBuffer } from "../content";
import { nothingLeft, refusal } from "../expectations";

export const trials: CaseGroup = {
  title: "The Test button, and pictures that somebody else writes",
  cases: [
    {
      title: "the trial of a bucket that allows everything says so, and leaves nothing",
      run: async (scene) => {
        const tried = await tryBucket(scene.open(), `${scene.key}/`, scene.signal);
        assert.deepEqual(tried, { ok: true, steps: ["write", "read", "delete"], conditional: true });
        await nothingLeft(scene, scene.key);
      },
    },
    {
      title: "the trial of a bucket that may only be read names what is missing",
      run: async (scene) => {
        const store = scene.openAs(await scene.store.accessOfReader());
        const tried = await tryBucket(store, `${scene.key}/`, scene.signal);
        assert.ok(!tried.ok);
        assert.deepEqual([tried.code, tried.step, tried.permission], ["FLUX_STORAGE", "write", "s3:PutObject"]);
        await nothingLeft(scene, scene.key);
      },
    },
    {
      title: "a picture that is written after it was asked for is waited for",
      run: async (scene) => {
        const store = scene.openWithFaults();
        const url = await store.sign("PUT", scene.key, 60);
        const isLook = scene.store.proxy.next(({ method }) => method === "HEAD");
        const awaited = awaitObject(store, scene.key, { signal: scene.signal, timeout: 20_000 });
        await isLook;
        const body = new Uint8Array(generatedBuffer(1000));
        await fetch(url, { method: "PUT", body });
        assert.equal((await awaited).size, 1000);
      },
    },
    {
      title: "a picture that is never written is missed in time",
      run: async (scene) => {
        const work = awaitObject(scene.open(), scene.key, { signal: scene.signal, timeout: 300 });
        await refusal(scene, work, { code: "FLUX_STORAGE" });
      },
    },
  ],
};
