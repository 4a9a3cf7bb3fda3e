import assert from "node:assert/strict";
import type { Case, CaseGroup } from "../case";
import { generated, generatedBuffer, MEBIBYTE } from "../content";
import { holds, isTold } from "../expectations";

const image = { contentType: "image/png" };

const ofLength = (bytes: number, called: string): Case => ({
  title: `${called} come back as they were, from a Buffer and from a stream`,
  run: async (scene) => {
    const store = scene.open();
    const { key, signal } = scene;
    const body = generatedBuffer(bytes);
    const stored = await store.put({ key: `${key}/buffer`, body, ...image }, { signal });
    assert.equal(stored.size, bytes);
    await isTold(store, stored, scene);
    await holds(store, `${key}/buffer`, body, bytes);
    const content = generated(bytes);
    const streamed = await store.put({ key: `${key}/stream`, body: content.stream, ...image }, { signal });
    await isTold(store, streamed, scene);
    await holds(store, `${key}/stream`, content, bytes);
  },
});

/** What may be under way at once: parts that are being sent, one that is being filled, and what the network holds. */
const MOST_AHEAD = 40 * MEBIBYTE;

export const contents: CaseGroup = {
  title: "Contents",
  cases: [
    ofLength(0, "0 bytes"),
    ofLength(1, "1 byte"),
    ofLength(5 * MEBIBYTE - 1, "5 MiB - 1 byte"),
    ofLength(5 * MEBIBYTE, "5 MiB"),
    ofLength(5 * MEBIBYTE + 1, "5 MiB + 1 byte"),
    {
      title: "200 MB of a stream come back as they were, and were never held as a whole",
      run: async (scene) => {
        const store = scene.open();
        const { key, signal } = scene;
        const content = generated(200_000_000);
        let ahead = 0;
        let taken = 0;
        const onProgress = (bytes: number): void => {
          assert.ok(bytes >= taken, "progress does not go back");
          taken = bytes;
        };
        async function* watched(): AsyncGenerator<Buffer> {
          for await (const piece of content.stream) {
            ahead = Math.max(ahead, content.given - taken);
            yield piece;
          }
        }
        const stored = await store.put({ key, body: watched(), ...image }, { signal, onProgress });
        assert.equal(stored.size, 200_000_000);
        assert.equal(taken, 200_000_000);
        assert.ok(ahead < MOST_AHEAD, `${ahead} bytes were held`);
        await isTold(store, stored, scene);
        await holds(store, key, content, 200_000_000);
        await store.remove(key, signal);
      },
    },
    {
      title: "a stream of unknown length in odd pieces comes back as it was",
      run: async (scene) => {
        const store = scene.open();
        const { key, signal } = scene;
        const content = generated(11 * MEBIBYTE + 17, 100_003);
        await store.put({ key, body: content.stream, ...image }, { signal });
        await holds(store, key, content, 11 * MEBIBYTE + 17);
      },
    },
    {
      title: "20 pictures at once come back as they were",
      run: async (scene) => {
        const store = scene.open();
        const { key } = scene;
        const sizes = Array.from({ length: 20 }, (_, number) => 1 + number * 300_007);
        const contents = sizes.map((size) => generated(size));
        await Promise.all(
          contents.map(({ stream }, number) =>
            store.put({ key: `${key}/${number}`, body: stream, ...image }, { signal: new AbortController().signal }),
          ),
        );
        for (const [number, content] of contents.entries()) {
          await holds(store, `${key}/${number}`, content, sizes[number] ?? 0);
        }
      },
    },
    ...(["required", "supported"] as const).map(
      (checksums): Case => ({
        title: `short and long pictures are stored with checksums "${checksums}"`,
        run: async (scene) => {
          const store = scene.open({ checksums });
          const { key, signal } = scene;
          const short = generatedBuffer(1000);
          await store.put({ key: `${key}/short`, body: short, ...image }, { signal });
          await holds(store, `${key}/short`, short, 1000);
          const long = generated(6 * MEBIBYTE);
          await store.put({ key: `${key}/long`, body: long.stream, ...image }, { signal });
          await holds(store, `${key}/long`, long, 6 * MEBIBYTE);
          assert.deepEqual(await store.read(`${key}/short`, signal), short);
        },
      }),
    ),
  ],
};
