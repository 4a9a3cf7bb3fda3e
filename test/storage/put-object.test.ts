import assert from "node:assert/strict";
import { once } from "node:events";
import { FluxError } from "../../lib/errors";
import { openStore } from "../../lib/storage/open-store";
import type { BucketAccess, NewObject, Store } from "../../lib/storage/store";
import { always, assertWithout, fluxErrorOf } from "../support/scripted-client";
import { startScriptedServer } from "../support/scripted-server";
import type { PassingRequest } from "../support/stores/fault-proxy";
import { startSandboxStore } from "../support/stores/sandbox-store";
import type { TestStore } from "../support/stores/test-store";
import { MEBIBYTE, nothingIsLeft, watchedSource } from "./storage-support";

const PART = 5 * MEBIBYTE;

const isSingle = ({ method, target }: PassingRequest) => method === "PUT" && !target.includes("partNumber=");
const isOpening = ({ method, target }: PassingRequest) => method === "POST" && /[?&]uploads/.test(target);
const isPart = ({ target }: PassingRequest) => target.includes("partNumber=");
const isCompletion = ({ method, target }: PassingRequest) => method === "POST" && target.includes("uploadId=");
const isAbort = ({ method, target }: PassingRequest) => method === "DELETE" && target.includes("uploadId=");
const isLook = ({ method }: PassingRequest) => method === "HEAD";

describe("storing an object", () => {
  let test: TestStore;
  let store: Store;
  before(async () => {
    test = await startSandboxStore();
  });
  after(() => test.close());
  afterEach(async () => {
    await store.close();
    test.calm();
  });

  const open = (changes: Parameters<TestStore["access"]>[0] = {}): Store => {
    store = openStore(test.accessWithFaults({ retries: 1, ...changes }));
    return store;
  };
  const picture = (body: NewObject["body"], more: Partial<NewObject> = {}): NewObject => ({
    key: "a/picture.png",
    body,
    contentType: "image/png",
    ...more,
  });
  const sent = (matches: (request: PassingRequest) => boolean): number => test.proxy.requests.filter(matches).length;
  const held = (): { until: Promise<void>; release: () => void } => {
    let release: () => void = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    return { until, release };
  };

  for (const [where, bytes] of [
    ["before its first byte", 0],
    ["in the first part", 17],
    ["at the end of a part", PART],
    ["in the third part", 2 * PART + 1],
  ] as const) {
    it(`leaves nothing when the source breaks ${where}`, async () => {
      const source = watchedSource(bytes, { ending: new Error("secret detail of the source") });
      const error = await fluxErrorOf(open().put(picture(source), { signal: always }));
      assert.equal(error.code, "FLUX_STORAGE");
      assert.match(error.message, /source broke off/);
      assertWithout(["secret detail"], error);
      await nothingIsLeft(test);
    });
  }

  it("ends with the source's own error where that is in words", async () => {
    const broken = new FluxError("FLUX_NETWORK", "The picture could not be downloaded.");
    const source = watchedSource(PART + 1, { ending: broken });
    await assert.rejects(open().put(picture(source), { signal: always }), broken);
    await nothingIsLeft(test);
  });

  for (const [what, matches] of [
    ["the single request", isSingle],
    ["the opening of the upload", isOpening],
    ["a part", isPart],
    ["the completion", isCompletion],
  ] as const) {
    for (const when of ["is on its way", "has been done, but is not answered"] as const) {
      it(`leaves nothing and closes the source when it is aborted while ${what} ${when}`, async () => {
        const { until, release } = held();
        const source = watchedSource(what === "the single request" ? 100 : 2 * PART + 1);
        const abort = new AbortController();
        const begun = new Promise<unknown>((resolve) => {
          if (when === "is on its way") resolve(test.proxy.next(matches));
          test.proxy.arm(
            when === "is on its way" ? { kind: "wait", until } : { kind: "late answer", until, done: () => resolve(0) },
            { matches },
          );
        });
        const work = open().put(picture(source), { signal: abort.signal });
        await begun;
        const reason = new Error("the node was closed");
        abort.abort(reason);
        // What was cut off never gets there; the opening is waited for.
        if (what === "the opening of the upload") release();
        await assert.rejects(work, (error) => error === reason);
        assert.equal(source.isClosed, true);
        await nothingIsLeft(test);
        release();
        await nothingIsLeft(test);
      });
    }
  }

  for (const [what, matches, bytes] of [
    ["the single request", isSingle, 100],
    ["the completion", isCompletion, PART + 1],
  ] as const) {
    it(`leaves the object that was there before when it is aborted while ${what} is on its way`, async () => {
      const key = "a/earlier.png";
      await open().put(picture(Buffer.from("earlier"), { key }), { signal: always });
      const { until, release } = held();
      test.proxy.arm({ kind: "wait", until }, { matches });
      const abort = new AbortController();
      const begun = test.proxy.next(matches);
      const work = store.put(picture(watchedSource(bytes), { key }), { signal: abort.signal });
      await begun;
      abort.abort(new Error("the node was closed"));
      await assert.rejects(work);
      release();
      assert.equal(String(await store.read(key, always)), "earlier");
      await store.remove(key, always);
      await nothingIsLeft(test);
    });
  }

  it("does not begin when it is aborted before", async () => {
    const source = watchedSource(10);
    const reason = new Error("too late");
    await assert.rejects(
      open().put(picture(source), { signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    );
    assert.deepEqual([source.isClosed, test.proxy.requests.length], [true, 0]);
  });

  it("ends with the store, after it has cleared up", async () => {
    const { until, release } = held();
    test.proxy.arm({ kind: "wait", until }, { matches: isPart });
    const source = watchedSource(2 * PART);
    const begun = test.proxy.next(isPart);
    const work = fluxErrorOf(open().put(picture(source), { signal: always }));
    await begun;
    await store.close();
    assert.equal((await work).code, "FLUX_CANCELLED");
    assert.equal(source.isClosed, true);
    release();
    await nothingIsLeft(test);
    assert.equal((await fluxErrorOf(store.find("a", always))).code, "FLUX_CANCELLED");
  });

  it("does not read the source to its end when a part is refused", async () => {
    test.proxy.arm({ kind: "answer", status: 403, code: "AccessDenied" }, { matches: isPart });
    const source = watchedSource(1000 * PART);
    const error = await fluxErrorOf(open().put(picture(source), { signal: always }));
    assert.match(error.message, /s3:PutObject/);
    assert(source.bytes < 6 * PART, `${source.bytes} bytes were read`);
    assert.equal(source.isClosed, true);
    await nothingIsLeft(test);
  });

  it("says that parts may be left when they cannot be removed", async () => {
    test.proxy.arm({ kind: "answer", status: 403, code: "AccessDenied" }, { matches: isAbort });
    const source = watchedSource(4 * PART, { ending: new Error("broken") });
    const error = await fluxErrorOf(open().put(picture(source), { signal: always }));
    assert.match(error.message, /Parts of "a\/picture\.png".*s3:AbortMultipartUpload.*lifecycle rule/);
    await test.client.send(await abortCommand(test));
  });

  it("keeps an abort's own words when parts may be left", async () => {
    test.proxy.arm({ kind: "answer", status: 403, code: "AccessDenied" }, { matches: isAbort });
    const abort = new AbortController();
    const begun = test.proxy.next(isPart);
    const work = fluxErrorOf(open().put(picture(watchedSource(3 * PART)), { signal: abort.signal }));
    await begun;
    abort.abort(new FluxError("FLUX_TIMEOUT", "It took too long."));
    const error = await work;
    assert.equal(error.code, "FLUX_TIMEOUT");
    assert.match(error.message, /^It took too long\. Parts of /);
    await test.client.send(await abortCommand(test));
  });

  for (const [what, matches, size, neverOverwrite] of [
    ["a short object", isSingle, 100, false],
    ["a short object that must not overwrite", isSingle, 100, true],
    ["the completion of a long object", isCompletion, PART + 1, false],
    ["the completion of a long object that must not overwrite", isCompletion, PART + 1, true],
  ] as const) {
    for (const retries of [0, 1]) {
      it(`is done when the answer to ${what} was lost, with ${retries} repetitions`, async () => {
        const key = `lost/${size}-${neverOverwrite}-${retries}.png`;
        const isIt = (request: PassingRequest) => matches(request) && request.target.includes(key);
        test.proxy.arm({ kind: "lost answer" }, { matches: isIt });
        const stored = await open({ retries }).put(picture(watchedSource(size), { key, neverOverwrite }), {
          signal: always,
        });
        assert.equal(stored.size, size);
        assert.equal((await store.find(key, always))?.etag, stored.etag);
        await store.remove(key, always);
        await nothingIsLeft(test);
      });
    }
  }

  it("does not take somebody else's object for its own when an answer was lost", async () => {
    const key = "theirs.png";
    await open({ retries: 0 }).put(picture(Buffer.from("theirs"), { key }), { signal: always });
    test.proxy.arm({ kind: "reset", after: 1 }, { matches: isSingle });
    const error = await fluxErrorOf(store.put(picture(Buffer.alloc(100_000), { key }), { signal: always }));
    assert.equal(error.code, "FLUX_NETWORK");
    assert.equal(String(await store.read(key, always)), "theirs");
    await store.remove(key, always);
  });

  it("says so when nobody knows whether it is there", async () => {
    test.proxy.arm({ kind: "reset", after: 1 }, { matches: isSingle });
    test.proxy.arm({ kind: "answer", status: 403, code: "" }, { matches: isLook });
    const error = await fluxErrorOf(open({ retries: 0 }).put(picture(Buffer.alloc(100_000)), { signal: always }));
    assert.match(error.message, /Whether the object "a\/picture\.png" is there nevertheless could not be found out/);
  });

  it("tells how much the store has taken", async () => {
    const told: number[] = [];
    const source = watchedSource(2 * PART + 9);
    await open().put(picture(source), { signal: always, onProgress: (bytes) => told.push(bytes) });
    assert.deepEqual([told.at(-1), told.length], [2 * PART + 9, 3]);
    assert.deepEqual(
      told,
      [...told].sort((a, b) => a - b),
    );
    await store.remove("a/picture.png", always);
  });

  it("sends two parts at once at most", async () => {
    const { until, release } = held();
    test.proxy.arm({ kind: "wait", until }, { matches: isPart, times: 100 });
    const source = watchedSource(10 * PART);
    const begun = once(source.events, "read past", { signal: AbortSignal.timeout(10_000) });
    source.tellPast(2 * PART);
    const work = open().put(picture(source), { signal: always });
    await begun;
    assert(sent(isPart) <= 2);
    assert(source.bytes <= 4 * PART, `${source.bytes} bytes were taken`);
    release();
    await work;
    await store.remove("a/picture.png", always);
  });

  it("refuses what is no store, even if it says that all is well", async () => {
    const server = await startScriptedServer(() => ({ text: "<html>Welcome!</html>" }));
    try {
      const access: BucketAccess = test.access({ endpoint: server.url });
      store = openStore(access);
      const error = await fluxErrorOf(store.put(picture(Buffer.from("x")), { signal: always }));
      assert.equal(error.code, "FLUX_CONFIG");
      assert.match(error.message, /does not answer as an S3 store/);
    } finally {
      await server.close();
    }
  });
});

async function abortCommand({ client, bucket }: TestStore) {
  const { AbortMultipartUploadCommand, ListMultipartUploadsCommand } = await import("@aws-sdk/client-s3");
  const { Uploads: [upload] = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  return new AbortMultipartUploadCommand({ Bucket: bucket, Key: upload?.Key, UploadId: upload?.UploadId });
}
