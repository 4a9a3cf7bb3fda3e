import assert from "node:assert/strict";
import { FluxError } from "../../../../lib/errors";
import type { PassingRequest } from "../../../support/stores/fault-proxy";
import type { Case, CaseGroup } from "../case";
import { generated, MEBIBYTE } from "../content";
import { nothingLeft } from "../expectations";

const kinds = [
  ["a short picture", 2 * MEBIBYTE],
  ["a long picture", 17 * MEBIBYTE],
] as const;

const endOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => assert.fail("it was stored"),
    (reason: unknown) => reason,
  );

export const leftovers: CaseGroup = {
  title: "What is left when it ends early",
  cases: kinds.flatMap(([kind, size]): Case[] => [
    {
      title: `the source of ${kind} that breaks off leaves neither an object nor parts`,
      run: async (scene) => {
        const broken = new FluxError("FLUX_NETWORK", "The picture could not be downloaded.", { retryable: true });
        async function* source(): AsyncGenerator<Buffer> {
          yield* generated(size).stream;
          throw broken;
        }
        const object = { key: scene.key, body: source(), contentType: "image/png" };
        const reason = await endOf(scene.open().put(object, { signal: scene.signal }));
        assert.equal(reason, broken);
        await nothingLeft(scene, scene.key);
      },
    },
    {
      title: `an abort in the middle of ${kind} leaves neither an object nor parts, and ends the source`,
      run: async (scene) => {
        const controller = new AbortController();
        const reason = new Error("the flow does not want it any more");
        let isEnded = false;
        async function* source(): AsyncGenerator<Buffer> {
          try {
            const { stream } = generated(size);
            for await (const piece of stream) yield piece;
            controller.abort(reason);
            // Whoever aborts does not wait for the source.
            yield Buffer.alloc(1);
            yield* generated(size).stream;
          } finally {
            isEnded = true;
          }
        }
        const object = { key: scene.key, body: source(), contentType: "image/png" };
        assert.equal(await endOf(scene.open().put(object, { signal: controller.signal })), reason);
        assert.ok(isEnded, "the source is still open");
        await nothingLeft(scene, scene.key);
      },
    },
    {
      title: `an abort while the store is silent about ${kind} leaves nothing`,
      run: async (scene) => {
        const { proxy } = scene.store;
        const controller = new AbortController();
        const reason = new Error("time is up");
        const isPut = ({ method }: PassingRequest): boolean => method === "PUT";
        proxy.arm({ kind: "silence" }, { times: 10, matches: isPut });
        const came = proxy.next(isPut);
        const object = { key: scene.key, body: generated(size).stream, contentType: "image/png" };
        const ended = endOf(scene.openWithFaults().put(object, { signal: controller.signal }));
        await came;
        controller.abort(reason);
        assert.equal(await ended, reason);
        await nothingLeft(scene, scene.key);
      },
    },
    {
      title: `a store that is closed in the middle of ${kind} leaves neither an object nor parts`,
      run: async (scene) => {
        const store = scene.open();
        let closed: Promise<void> | undefined;
        async function* source(): AsyncGenerator<Buffer> {
          yield* generated(size).stream;
          closed = store.close();
          yield* generated(size).stream;
        }
        const object = { key: scene.key, body: source(), contentType: "image/png" };
        const reason = await endOf(store.put(object, { signal: scene.signal }));
        assert.ok(reason instanceof FluxError, String(reason));
        assert.equal(reason.code, "FLUX_CANCELLED");
        await closed;
        await nothingLeft(scene, scene.key);
      },
    },
  ]),
};
