import assert from "node:assert/strict";
import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import type { CaseGroup } from "../case";
import { generatedBuffer } from "../content";
import { holds } from "../expectations";
import { withShiftedClock } from "../shifted-clock";

const picture = generatedBuffer(1000);

/** Asks and reads to the end. */
async function ask(url: string, init?: RequestInit): Promise<{ status: number; body: Buffer; headers: Headers }> {
  const answer = await fetch(url, init);
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()), headers: answer.headers };
}

const put = (url: string, headers: Record<string, string> = {}) =>
  ask(url, { method: "PUT", body: new Uint8Array(picture), headers });

export const addresses: CaseGroup = {
  title: "Signed addresses",
  cases: [
    {
      title: "a signed PUT takes a picture of any content type, once and again",
      run: async ({ open, key, signal }) => {
        const store = open();
        const url = await store.sign("PUT", key, 60);
        assert.equal((await put(url)).status, 200);
        assert.equal((await put(url, { "content-type": "image/webp" })).status, 200);
        const found = await store.find(key, signal);
        assert.deepEqual([found?.contentType, found?.size], ["image/webp", picture.length]);
        await holds(store, key, picture, picture.length);
      },
    },
    {
      title: "a signed GET gives the picture, a signed HEAD what is told of it",
      run: async ({ open, key, signal }) => {
        const store = open();
        await store.put({ key, body: picture, contentType: "image/png" }, { signal });
        const got = await ask(await store.sign("GET", key, 60));
        assert.deepEqual([got.status, got.body.equals(picture)], [200, true]);
        const head = await ask(await store.sign("HEAD", key, 60), { method: "HEAD" });
        assert.deepEqual([head.status, head.headers.get("content-length")], [200, String(picture.length)]);
      },
    },
    {
      title: "a signed GET of what is not there is a 404",
      run: async ({ open, key }) => {
        assert.equal((await ask(await open().sign("GET", key, 60))).status, 404);
      },
    },
    {
      title: "an address does what it was signed for, and nothing else",
      run: async ({ open, key, signal }) => {
        const store = open();
        await store.put({ key, body: picture, contentType: "image/png" }, { signal });
        const [toGet, toPut, toHead] = await Promise.all(
          (["GET", "PUT", "HEAD"] as const).map((method) => store.sign(method, key, 60)),
        );
        const others = [
          ["PUT", toGet],
          ["DELETE", toGet],
          ["GET", toPut],
          ["DELETE", toPut],
          ["GET", toHead],
        ] as const;
        for (const [method, url] of others) {
          const { status } = await ask(url ?? "", { method, ...(method === "PUT" && { body: "another" }) });
          assert.equal(status, 403, method);
        }
        await holds(store, key, picture, picture.length);
      },
    },
    {
      title: "an address that was changed is refused",
      run: async ({ open, key, signal }) => {
        const store = open();
        await store.put({ key, body: picture, contentType: "image/png" }, { signal });
        await store.put({ key: `${key}2`, body: picture, contentType: "image/png" }, { signal });
        const url = await store.sign("GET", key, 60);
        const changes = [
          (text: string) => text.replace(key, `${key}2`),
          (text: string) => text.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
          (text: string) => text.replace(/X-Amz-Date=\d{8}/, "X-Amz-Date=20990101"),
          (text: string) =>
            text.replace(/(X-Amz-Signature=)(.)/, (_, name, digit) => `${name}${digit === "0" ? "1" : "0"}`),
          (text: string) => `${text}&response-content-type=text/html`,
          (text: string) => text.slice(0, text.indexOf("?")),
        ];
        for (const change of changes) {
          const changed = change(url);
          assert.notEqual(changed, url);
          const { status } = await ask(changed);
          assert.equal(status, 403, changed.replace(/\?.*/, ""));
        }
        assert.equal((await ask(url)).status, 200);
      },
    },
    {
      title: "an address that has expired is refused",
      run: async ({ open, key, signal, store: { access } }) => {
        await open().put({ key, body: picture, contentType: "image/png" }, { signal });
        const addresses = await Promise.all(
          [60, 600].map((seconds) => withShiftedClock(-120_000, access(), { do: "sign", key, seconds })),
        );
        const statuses: number[] = [];
        for (const signed of addresses) {
          assert.ok("address" in signed, "it could not be signed");
          statuses.push((await ask(signed.address)).status);
        }
        assert.deepEqual(statuses, [403, 200]);
      },
    },
    {
      title: "an address may live for seven days",
      run: async ({ open, key, signal }) => {
        const store = open();
        await store.put({ key, body: picture, contentType: "image/png" }, { signal });
        assert.equal((await ask(await store.sign("GET", key, 604_800))).status, 200);
      },
    },
    {
      title: "a bucket in the host's name is found",
      notWith: { sandbox: "it has no names below its own" },
      run: async ({ open, key, signal, store: { endpoint } }) => {
        const { port } = new URL(endpoint);
        // What ends in localhost is this machine, though not every resolver knows it.
        const toLoopback: LookupFunction = (_name, options, callback) => lookup("127.0.0.1", options, callback);
        const store = open({
          endpoint: `http://s3.localhost:${port}`,
          pathStyle: false,
          connection: { lookup: toLoopback },
        });
        await store.put({ key, body: picture, contentType: "image/png", acl: "public-read" }, { signal });
        assert.deepEqual(await store.read(key, signal), picture);
        assert.match(store.addressOf(key), /^http:\/\/pictures-of-a-test\.s3\.localhost:\d+\//);
        assert.match(await store.sign("GET", key, 60), /^http:\/\/pictures-of-a-test\.s3\.localhost:\d+\//);
      },
    },
  ],
};
