import assert from "node:assert/strict";
import { openStore } from "../../lib/storage/open-store";
import type { BucketAccess, Store } from "../../lib/storage/store";
import { tryBucket } from "../../lib/storage/try-bucket";
import { type Sandbox, startSandbox } from "../../sandbox";
import { always } from "../support/scripted-client";
import { accessTo, keysIn } from "./storage-support";

describe("the trial of a bucket", () => {
  let sandbox: Sandbox;
  const stores: Store[] = [];
  before(async () => {
    sandbox = await startSandbox();
  });
  after(() => sandbox.close());
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    sandbox.reset();
  });

  const storeWith = (...access: Parameters<typeof accessTo> extends [unknown, ...infer Rest] ? Rest : never): Store => {
    const store = openStore(accessTo(sandbox, ...access));
    stores.push(store);
    return store;
  };
  const attempt = (more: Partial<BucketAccess> = {}) =>
    tryBucket(storeWith({}, { retries: 0, ...more }), "test/", always);

  it("writes, reads and deletes, and leaves nothing", async () => {
    assert.deepEqual(await attempt(), { ok: true, steps: ["write", "read", "delete"], conditional: true });
    assert.deepEqual(await keysIn(sandbox), []);
  });

  for (const how of ["ignored", "refused"] as const) {
    it(`tells that the condition for never overwrite is ${how}`, async () => {
      sandbox.configure({ s3IfNoneMatch: how });
      assert.deepEqual(await attempt(), { ok: true, steps: ["write", "read", "delete"], conditional: false });
      assert.deepEqual(await keysIn(sandbox), []);
    });
  }

  for (const [call, step, permission] of [
    ["PutObject", "write", "s3:PutObject"],
    ["GetObject", "read", "s3:GetObject"],
    ["DeleteObject", "delete", "s3:DeleteObject"],
  ] as const) {
    it(`names the permission that is needed to ${step}, and what is left`, async () => {
      sandbox.arm("denied", { call, count: 10 });
      const { message, ...rest } = failed(await attempt());
      const left = await keysIn(sandbox);
      assert.deepEqual(rest, {
        ok: false,
        code: "FLUX_STORAGE",
        step,
        permission,
        ...(step === "delete" && { leftover: left[0] }),
      });
      assert(message.includes(permission), message);
      assert.equal(left.length, step === "delete" ? 1 : 0);
      assert(left.every((key) => key?.startsWith("test/")));
    });
  }

  it("says which step failed for another reason", async () => {
    const { code, step, ...rest } = failed(await attempt({ credentials: { accessKeyId: "x", secretAccessKey: "y" } }));
    assert.deepEqual([code, step, "permission" in rest], ["FLUX_AUTH", "write", false]);
  });

  it("notices that other bytes come back", async () => {
    const store = storeWith();
    const lying: Store = { ...store, read: async () => Buffer.from("something else") };
    const { code, step } = failed(await tryBucket(lying, "test/", always));
    assert.deepEqual([code, step], ["FLUX_STORAGE", "read"]);
    assert.deepEqual(await keysIn(sandbox), []);
  });

  it("ends with its signal, and takes its object with it", async () => {
    const abort = new AbortController();
    const store = storeWith();
    const interrupted: Store = {
      ...store,
      read: async (key, signal) => {
        abort.abort(new Error("closed"));
        return store.read(key, signal);
      },
    };
    await assert.rejects(tryBucket(interrupted, "test/", abort.signal), /closed/);
    assert.deepEqual(await keysIn(sandbox), []);
  });
});

function failed(trial: Awaited<ReturnType<typeof tryBucket>>) {
  assert(!trial.ok);
  return trial;
}
