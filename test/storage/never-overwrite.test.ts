import assert from "node:assert/strict";
import { openStore } from "../../lib/storage/open-store";
import type { NewObject, PutOptions, Store } from "../../lib/storage/store";
import { type Sandbox, startSandbox } from "../../sandbox";
import { always, fluxErrorOf } from "../support/scripted-client";
import { accessTo, keysIn, MEBIBYTE, watchedSource } from "./storage-support";

const KINDS = [
  ["a short object", 100],
  ["a long object", 6 * MEBIBYTE],
] as const;

describe("never overwrite", () => {
  let sandbox: Sandbox;
  let store: Store;
  beforeEach(async () => {
    sandbox = await startSandbox();
    store = openStore(accessTo(sandbox));
  });
  afterEach(async () => {
    await store.close();
    await sandbox.close();
  });

  const put = (size: number, more: Partial<NewObject> = {}, options: Partial<PutOptions> = {}) =>
    store.put(
      { key: "a/b.png", body: watchedSource(size), contentType: "image/png", neverOverwrite: true, ...more },
      { signal: always, ...options },
    );

  for (const [what, size] of KINDS) {
    describe(what, () => {
      it("is stored where nothing is, and nothing of the trial is left", async () => {
        assert.equal((await put(size)).size, size);
        assert.deepEqual(await keysIn(sandbox), ["a/b.png"]);
      });

      it("leaves nothing of a trial whose answer was lost or cut", async () => {
        sandbox.arm("cut", { call: size === 100 ? "PutObject" : "CompleteMultipartUpload" });
        // A cut answer is none to repeat; a lost one is repeated, and the repetition refused.
        await put(size).catch(() => {});
        assert.deepEqual(
          (await keysIn(sandbox)).filter((key) => key !== "a/b.png"),
          [],
        );
        assert.deepEqual(await keysIn(sandbox, "uploads"), []);
      });

      it("tries the store once, however many are stored", async () => {
        await put(size, { key: "first" });
        const requests = sandbox.ledger.requests;
        await Promise.all(["a", "b", "c"].map((key) => put(size, { key })));
        const perObject = size === 100 ? 2 : 5;
        assert.equal(sandbox.ledger.requests - requests, 3 * perObject);
      });

      it("is refused where an object is, which stays as it is", async () => {
        await put(10, { neverOverwrite: false });
        const source = watchedSource(size);
        const error = await fluxErrorOf(put(size, { body: source }));
        assert.deepEqual([error.code, error.cause.retryable], ["FLUX_STORAGE", false]);
        assert.match(error.message, /"a\/b\.png".*already/);
        assert.deepEqual([source.isClosed, source.bytes], [true, 0]);
        assert.equal((await store.find("a/b.png", always))?.size, 10);
      });

      it("is stored already where the object that is there is its own", async () => {
        await put(10, { metadata: { "job-id": "17" } });
        const stored = await put(size, {}, { isOurs: ({ metadata }) => metadata["job-id"] === "17" });
        assert.equal(stored.size, 10);
        const error = await fluxErrorOf(put(size, {}, { isOurs: ({ metadata }) => metadata["job-id"] === "18" }));
        assert.match(error.message, /already/);
      });

      it("loses against whoever writes at the same moment, in words, and leaves no parts", async () => {
        await put(size, { key: "tried before" });
        const look = sandbox.once("request", ({ calls }) => calls.includes("HeadObject"));
        const rival = openStore(accessTo(sandbox));
        const source = watchedSource(size);
        const late = {
          ...source,
          [Symbol.asyncIterator]: () =>
            afterwards(
              source,
              look.then(() => rivalWrites(rival)),
            ),
        };
        const error = await fluxErrorOf(put(size, { body: late }));
        assert.match(error.message, /already/);
        assert.equal((await store.find("a/b.png", always))?.size, 5);
        await rival.close();
        assert.deepEqual(await keysIn(sandbox, "uploads"), []);
      });

      for (const how of ["ignored", "refused"] as const) {
        it(`is not stored where the store has ${how} the condition, and the error says why`, async () => {
          sandbox.configure({ s3IfNoneMatch: how });
          const error = await fluxErrorOf(put(size));
          assert.deepEqual([error.code, error.cause.parameter], ["FLUX_STORAGE", "neverOverwrite"]);
          assert.match(error.message, /does not honour If-None-Match/);
          assert.deepEqual([await keysIn(sandbox), await keysIn(sandbox, "uploads")], [[], []]);
          const requests = sandbox.ledger.requests;
          await fluxErrorOf(put(size));
          assert.equal(sandbox.ledger.requests - requests, 1, "it is remembered");
        });
      }

      it("is stored by who may write, but neither look nor delete", async () => {
        sandbox.arm("denied", { call: "HeadObject", count: 100 });
        sandbox.arm("denied", { call: "DeleteObject", count: 100 });
        await put(size);
        const error = await fluxErrorOf(put(size));
        assert.match(error.message, /already/);
        assert.equal((await keysIn(sandbox)).length, 2, "one empty object of the trial stays");
        const other = openStore(accessTo(sandbox));
        await other.put(
          { key: "a/c.png", body: watchedSource(size), contentType: "image/png", neverOverwrite: true },
          { signal: always },
        );
        await other.close();
        assert.equal((await keysIn(sandbox)).length, 3, "the next trial leaves no other");
      });
    });
  }

  it("does not end for all when one that waits for the trial is aborted", async () => {
    const abort = new AbortController();
    const begun = sandbox.once("request", ({ calls }) => calls.includes("PutObject"));
    sandbox.arm("slow=0.2", { call: "PutObject" });
    const first = put(10, { key: "first" }, { signal: abort.signal });
    const second = put(10, { key: "second" });
    await begun;
    abort.abort(new Error("no longer wanted"));
    await assert.rejects(first, /no longer wanted/);
    assert.equal((await second).size, 10);
    assert.deepEqual(await keysIn(sandbox), ["second"]);
  });
});

const rivalWrites = (rival: Store) =>
  rival.put({ key: "a/b.png", body: Buffer.from("rival"), contentType: "text/plain" }, { signal: always });

async function* afterwards(source: AsyncIterable<Buffer>, event: Promise<unknown>): AsyncGenerator<Buffer> {
  await event;
  yield* source;
}
