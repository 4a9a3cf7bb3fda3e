import assert from "node:assert/strict";
import { FluxError } from "../../lib/errors";
import { awaitObject } from "../../lib/storage/await-object";
import { openStore } from "../../lib/storage/open-store";
import type { FoundObject, Store } from "../../lib/storage/store";
import { type Sandbox, startSandbox } from "../../sandbox";
import { always, fluxErrorOf } from "../support/scripted-client";
import { startScriptedServer } from "../support/scripted-server";
import { accessTo } from "./storage-support";

describe("waiting for an object that a service writes", () => {
  let sandbox: Sandbox;
  let store: Store;
  beforeEach(async () => {
    sandbox = await startSandbox();
    store = openStore(accessTo(sandbox, {}, { retries: 0 }));
  });
  afterEach(async () => {
    await store.close();
    await sandbox.close();
  });

  const put = (key: string) => store.put({ key, body: Buffer.from("x"), contentType: "image/png" }, { signal: always });
  const wait = (timeout: number, more: Partial<Parameters<typeof awaitObject>[2]> = {}, from: Store = store) =>
    awaitObject(from, "a/b.png", { signal: always, timeout, ...more });
  /** The sandbox's store, where what is found is as old as told. */
  const aged = (age: number | undefined): Store => ({
    ...store,
    find: async (key, signal): Promise<FoundObject | undefined> => {
      const found = await store.find(key, signal);
      return found && { ...found, age };
    },
  });

  it("ends when it is there", async () => {
    const looked = sandbox.once("request", ({ calls }) => calls.includes("HeadObject"));
    const work = wait(20_000, { writtenSince: Date.now() });
    await looked;
    await put("a/b.png");
    assert.deepEqual(await work, { ...(await store.find("a/b.png", always)), age: (await work).age });
  });

  it("ends with the key when it does not come", async () => {
    const error = await fluxErrorOf(wait(300));
    assert.deepEqual([error.code, error.cause.retryable], ["FLUX_STORAGE", true]);
    assert.match(error.message, /picture .*"a\/b\.png".* was not found: it was not written within/);
  });

  it("does not take an older object for it", async () => {
    await put("a/b.png");
    const error = await fluxErrorOf(wait(300, { writtenSince: Date.now() - 1000 }, aged(60_000)));
    assert.match(error.message, /an older object of that name is there/);
  });

  it("takes one that was written a moment before, because stores tell the time in seconds", async () => {
    await put("a/b.png");
    assert.equal((await wait(300, { writtenSince: Date.now() - 1000 }, aged(2500))).age, 2500);
  });

  it("takes what is there where the store does not tell the time, or nobody knows the job's", async () => {
    await put("a/b.png");
    assert.equal((await wait(300, { writtenSince: Date.now() }, aged(undefined))).age, undefined);
    assert.equal((await wait(300, {}, aged(1e9))).age, 1e9);
  });

  it("is not misled by a clock of the store's that is wrong", async () => {
    const server = await startScriptedServer(() => ({
      headers: { date: "Mon, 01 Jan 2001 13:00:00 GMT", "last-modified": "Mon, 01 Jan 2001 12:00:00 GMT" },
      text: "",
    }));
    const wrong = openStore(accessTo(sandbox, { endpoint: server.url }));
    assert.equal((await wait(300, { writtenSince: Date.now() - 3_599_000 }, wrong)).age, 3_600_000);
    await fluxErrorOf(wait(300, { writtenSince: Date.now() - 2000 }, wrong));
    await wrong.close();
    await server.close();
  });

  it("goes on while the store is out of order, and says so in the end", async () => {
    sandbox.arm("503", { call: "HeadObject", count: 1 });
    await put("a/b.png");
    assert.equal((await wait(20_000)).size, 1);
    sandbox.arm("503", { call: "HeadObject", count: 100 });
    assert.match((await fluxErrorOf(wait(300))).message, /503/);
  });

  it("explains a 403, which may mean that it is not there yet", async () => {
    sandbox.arm("denied", { call: "HeadObject", count: 100 });
    const error = await fluxErrorOf(wait(300));
    assert.match(error.message, /s3:ListBucket/);
    sandbox.disarm();
    sandbox.arm("denied", { call: "HeadObject", count: 1 });
    await put("a/b.png");
    assert.equal((await wait(20_000)).size, 1);
  });

  it("does not wait for what does not change by itself", async () => {
    const stranger = openStore(accessTo(sandbox, { endpoint: "https://127.0.0.1:1" }, { credentials: "chain" }));
    const failing: Store = {
      ...stranger,
      find: () => Promise.reject(new FluxError("FLUX_AUTH", "No credentials.", { provider: "s3" })),
    };
    assert.equal((await fluxErrorOf(wait(60_000, {}, failing))).code, "FLUX_AUTH");
  });

  it("ends with its signal", async () => {
    const abort = new AbortController();
    const looked = sandbox.once("request", ({ calls }) => calls.includes("HeadObject"));
    const work = wait(60_000, { signal: abort.signal });
    await looked;
    abort.abort(new Error("cancelled"));
    await assert.rejects(work, /cancelled/);
  });
});
