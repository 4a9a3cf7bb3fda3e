import assert from "node:assert/strict";
import type { PassingRequest, StoreFault } from "../../../support/stores/fault-proxy";
import type { Case, CaseGroup, Scene } from "../case";
import { generated, generatedBuffer, MEBIBYTE } from "../content";
import { holds, nothingLeft, refusal } from "../expectations";

/** A picture in one piece, one of a stream that fits one piece, one in parts. */
const kinds = ["short", "streamed", "long"] as const;
type Kind = (typeof kinds)[number];

const SIZES: Readonly<Record<Kind, number>> = { short: 3 * MEBIBYTE, streamed: 2 * MEBIBYTE, long: 17 * MEBIBYTE };

const body = (kind: Kind) => (kind === "short" ? generatedBuffer(SIZES.short) : generated(SIZES[kind]).stream);

const isPut = ({ method }: PassingRequest): boolean => method === "PUT";

/** However often it is asked. */
const ALWAYS = 1000;

/** It arrives although each kind's first requests meet a fault. */
const survives = (title: string, fault: StoreFault, times: number): Case => ({
  title,
  run: async (scene) => {
    const store = scene.openWithFaults();
    const { proxy } = scene.store;
    for (const kind of kinds) {
      const key = `${scene.key}/${kind}`;
      proxy.clear();
      proxy.arm(fault, { times, matches: isPut });
      await store.put({ key, body: body(kind), contentType: "image/png" }, { signal: scene.signal });
      assert.ok(proxy.requests.length > times, "the fault happened, and the request was repeated");
      await holds(scene.open(), key, generatedBuffer(SIZES[kind]), SIZES[kind]);
    }
  },
});

/** It fails, leaves nothing and is worth another try, or not. */
const failsWith = (title: string, fault: StoreFault, expected: Parameters<typeof refusal>[2]): Case => ({
  title,
  run: async (scene) => {
    const store = scene.openWithFaults({ retries: 1 });
    for (const kind of kinds) {
      scene.store.proxy.arm(fault, { times: ALWAYS, matches: isPut });
      const object = { key: `${scene.key}/${kind}`, body: body(kind), contentType: "image/png" };
      await refusal(scene, store.put(object, { signal: scene.signal }), expected);
      scene.store.proxy.clear();
    }
    await nothingLeft(scene, scene.key);
  },
});

const busy = { kind: "answer", status: 503, code: "SlowDown" } as const;
const broken = { kind: "reset", after: MEBIBYTE } as const;

/** Fails the last call of an upload in parts. */
const completionFails = (title: string, fault: StoreFault): Case => ({
  title,
  run: async (scene) => {
    const isCompletion = ({ method, target }: PassingRequest): boolean =>
      method === "POST" && target.includes("uploadId=");
    scene.store.proxy.arm(fault, { matches: isCompletion });
    const store = scene.openWithFaults();
    const content = generated(SIZES.long);
    const object = { key: scene.key, body: content.stream, contentType: "image/png" };
    await store.put(object, { signal: scene.signal });
    assert.equal(scene.store.proxy.requests.filter(isCompletion).length, 2);
    await holds(scene.open(), scene.key, content, SIZES.long);
  },
});

export const faults: CaseGroup = {
  title: "What goes wrong on the way",
  cases: [
    {
      title: "a slow store is waited for",
      run: async (scene: Scene) => {
        const { proxy } = scene.store;
        const store = scene.openWithFaults();
        for (const kind of kinds) {
          let go = (): void => {};
          const until = new Promise<void>((resolve) => {
            go = resolve;
          });
          proxy.clear();
          proxy.arm({ kind: "wait", until }, { matches: isPut });
          const came = proxy.next(isPut);
          const key = `${scene.key}/${kind}`;
          const storing = store.put({ key, body: body(kind), contentType: "image/png" }, { signal: scene.signal });
          await came;
          assert.equal(await scene.open().find(key, scene.signal), undefined);
          go();
          await storing;
          await holds(scene.open(), key, generatedBuffer(SIZES[kind]), SIZES[kind]);
        }
      },
    },
    {
      title: "a store that does not answer in time is given up, and nothing is left",
      run: async (scene) => {
        // The opening of an upload in parts, and its end, are answered: a busy store may need a second for them.
        for (const [kind, headersTimeout] of [
          ["short", 250],
          ["long", 2000],
        ] as const) {
          const store = scene.openWithFaults({ retries: 0, connection: { headersTimeout } });
          scene.store.proxy.arm({ kind: "silence" }, { times: ALWAYS, matches: isPut });
          const object = { key: `${scene.key}/${kind}`, body: body(kind), contentType: "image/png" };
          const work = store.put(object, { signal: scene.signal });
          await refusal(scene, work, { code: "FLUX_NETWORK", retryable: true, says: /in time/ });
          scene.store.proxy.clear();
        }
        await nothingLeft(scene, scene.key);
      },
    },
    survives("a picture arrives although the connection broke in the middle of it", broken, 1),
    failsWith("connections that always break are an error of the network", broken, {
      code: "FLUX_NETWORK",
      retryable: true,
    }),
    survives("a picture arrives although the store was busy twice", busy, 2),
    failsWith("a store that stays busy is an error worth another try", busy, {
      code: "FLUX_STORAGE",
      status: 503,
      providerCode: "SlowDown",
      retryable: true,
    }),
    survives("a picture arrives although the store's answer was lost", { kind: "lost answer" }, 1),
    failsWith(
      "a disk that is full is an error, and no part is kept",
      { kind: "answer", status: 507, code: "XMinioStorageFull" },
      { code: "FLUX_STORAGE", status: 507, says: /full|room/i },
    ),
    completionFails("an upload in parts ends well although its last call was refused once", busy),
    completionFails("an upload in parts ends well although its last call failed behind a 200", {
      kind: "answer",
      status: 200,
      code: "InternalError",
    }),
  ],
};
