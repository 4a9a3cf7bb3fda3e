import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../../lib/storage/open-store";
import type { BucketAccess, Store } from "../../lib/storage/store";
import { type Sandbox, startSandbox } from "../../sandbox";
import { direct } from "../net/settings";
import { withEnvironment } from "../support/environment";
import { always, fluxErrorOf } from "../support/scripted-client";
import { type Script, startScriptedServer } from "../support/scripted-server";
import { startTunnelProxy } from "../support/tunnel-proxy";
import { accessTo, MEBIBYTE, watchedSource } from "./storage-support";

const fixture = (name: string) => readFileSync(join(__dirname, "../net/fixtures", name));
const certificate = { key: fixture("localhost.key"), cert: fixture("localhost.crt") };

const picture = { key: "a/b.png", body: Buffer.from("bytes"), contentType: "image/png" };
const stored = { status: 200, headers: { etag: '"1"' }, text: "" };

describe("the way to a store", () => {
  const open: { close(): Promise<void> }[] = [];
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox();
  });
  after(() => sandbox.close());
  afterEach(async () => {
    sandbox.reset();
    for (const thing of open.splice(0).reverse()) await thing.close();
  });

  const keep = <T extends { close(): Promise<void> }>(thing: T): T => {
    open.push(thing);
    return thing;
  };
  const storeWith = (access: BucketAccess): Store => keep(openStore(access));
  const serve = async (script: Script, tls?: typeof certificate) => keep(await startScriptedServer(script, tls));

  it("leads through the proxy", async () => {
    const proxy = keep(await startTunnelProxy());
    const store = storeWith(accessTo(sandbox, {}, { connection: { ...direct, proxy: { url: proxy.url } } }));
    await store.put({ ...picture, body: watchedSource(6 * MEBIBYTE) }, { signal: always });
    assert.equal((await store.read("a/b.png", always)).length, 6 * MEBIBYTE);
    assert(proxy.tunnels.length > 0);
    assert(proxy.tunnels.every(({ target }) => sandbox.url.endsWith(target)));
  });

  it("says when it is the proxy that fails", async () => {
    const connection = { ...direct, proxy: { url: "http://127.0.0.1:9" } };
    const error = await fluxErrorOf(storeWith(accessTo(sandbox, {}, { connection, retries: 0 })).find("a", always));
    assert.equal(error.code, "FLUX_NETWORK");
    assert.match(error.message, /proxy/);
  });

  it("trusts the authority of the TLS settings, and is not asked again where there is none", async () => {
    const server = await serve(() => stored, certificate);
    const trusting = accessTo(
      sandbox,
      { endpoint: server.url },
      { connection: { ...direct, tls: { ca: certificate.cert } } },
    );
    assert.equal((await storeWith(trusting).put(picture, { signal: always })).etag, "1");
    const error = await fluxErrorOf(
      storeWith(accessTo(sandbox, { endpoint: server.url }, { retries: 20 })).find("a", always),
    );
    assert.equal(error.code, "FLUX_NETWORK");
    assert.equal(server.requests.length, 1);
  }).timeout(10_000); // 20 repetitions take longer

  it("is another one for each bucket: two accounts do not disturb each other", async () => {
    const one = await serve(() => stored);
    const other = await serve(() => stored);
    const access = (endpoint: string, region: string, accessKeyId: string, secretAccessKey: string) =>
      accessTo(sandbox, { endpoint, region, bucket: accessKeyId }, { credentials: { accessKeyId, secretAccessKey } });
    const [first, second] = [
      storeWith(access(one.url, "eu-west-1", "first", "a")),
      storeWith(access(other.url, "eu-west-2", "second", "b")),
    ];
    await Promise.all([first, second, first, second].map((store) => store.put({ ...picture }, { signal: always })));
    await first.close();
    await second.put(picture, { signal: always });
    for (const [server, id, region, count] of [
      [one, "first", "eu-west-1", 2],
      [other, "second", "eu-west-2", 3],
    ] as const) {
      assert.equal(server.requests.length, count);
      for (const { path, headers } of server.requests) {
        assert.match(path, new RegExp(`^/${id}/a/b\\.png`));
        assert.match(headers.authorization ?? "", new RegExp(`Credential=${id}/\\d+/${region}/`));
      }
    }
  });

  it("is not turned aside by AWS's environment variables", async () => {
    const elsewhere = await serve(() => stored);
    const server = await serve(() => stored);
    await withEnvironment(
      {
        AWS_ENDPOINT_URL_S3: elsewhere.url,
        AWS_ENDPOINT_URL: elsewhere.url,
        AWS_REGION: "mars-1",
        AWS_PROFILE: "other",
      },
      async () => {
        await storeWith(accessTo(sandbox, { endpoint: server.url })).put(picture, { signal: always });
        const aws = storeWith(accessTo(sandbox, { endpoint: "", region: "eu-west-1" }));
        assert.match(await aws.sign("GET", "a", 60), /^https:\/\/s3\.eu-west-1\.amazonaws\.com\/pictures\/a\?/);
      },
    );
    assert.deepEqual([server.requests.length, elsewhere.requests.length], [1, 0]);
  });

  describe("with checksums", () => {
    for (const [checksums, isSent] of [
      ["required", false],
      ["supported", true],
    ] as const) {
      it(`"when ${checksums}" ${isSent ? "sends" : "does not send"} them, and never signs one`, async () => {
        const server = await serve(() => stored);
        const store = storeWith(accessTo(sandbox, { endpoint: server.url, checksums }));
        await store.put(picture, { signal: always });
        const { headers } = server.requests[0] ?? assert.fail();
        assert.equal(headers["x-amz-checksum-crc32"] !== undefined, isSent);
        for (const method of ["PUT", "GET", "HEAD"] as const) {
          const { searchParams } = new URL(await store.sign(method, "a b/ü+😀.png", 3600));
          const names = [...searchParams.keys()].map((name) => name.toLowerCase());
          assert.deepEqual(
            names.filter((name) => name.includes("checksum")),
            [],
          );
          assert.equal(searchParams.get("X-Amz-SignedHeaders"), "host");
          assert.equal(searchParams.get("X-Amz-Expires"), "3600");
        }
      });
    }

    it("notices what was damaged on its way back", async () => {
      const store = storeWith(accessTo(sandbox, { checksums: "supported" }));
      await store.put(picture, { signal: always });
      assert.equal(String(await store.read("a/b.png", always)), "bytes");
      const server = await serve(() => ({ headers: { "x-amz-checksum-crc32": "AAAAAA==" }, text: "damaged" }));
      const reader = storeWith(accessTo(sandbox, { endpoint: server.url, checksums: "supported" }));
      assert.equal((await fluxErrorOf(reader.read("a/b.png", always))).code, "FLUX_STORAGE");
    });
  });

  it("ends with the store's signal, whatever is under way", async () => {
    const server = await serve(() => ({ misbehave: "hang" }));
    const store = storeWith(accessTo(sandbox, { endpoint: server.url }));
    const abort = new AbortController();
    const reason = new Error("the node was closed");
    const calls = [store.find("a", abort.signal), store.read("a", abort.signal), store.remove("a", abort.signal)];
    await server.received(3);
    abort.abort(reason);
    for (const call of calls) await assert.rejects(call, (error) => error === reason);
  });
});

describe("the address of an object", () => {
  const storeAt = (place: Partial<BucketAccess["place"]>): Store =>
    openStore({
      place: {
        endpoint: "",
        region: "eu-west-1",
        bucket: "pictures",
        pathStyle: false,
        publicBaseUrl: "",
        checksums: "required",
        ...place,
      },
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      connection: direct,
      retries: 0,
    });
  const address = (place: Partial<BucketAccess["place"]>) => storeAt(place).addressOf("a b/ü+😀 (1).png");
  const path = "a%20b/%C3%BC%2B%F0%9F%98%80%20%281%29.png";

  for (const [what, place, expected] of [
    ["AWS", {}, "https://pictures.s3.eu-west-1.amazonaws.com"],
    ["AWS in China", { region: "cn-north-1" }, "https://pictures.s3.cn-north-1.amazonaws.com.cn"],
    ["AWS, path style", { pathStyle: true }, "https://s3.eu-west-1.amazonaws.com/pictures"],
    ["AWS, a bucket with dots", { bucket: "my.pictures" }, "https://s3.eu-west-1.amazonaws.com/my.pictures"],
    ["AWS, an old bucket", { bucket: "My_Pictures" }, "https://s3.eu-west-1.amazonaws.com/My_Pictures"],
    ["a store by its name", { endpoint: "https://s3.example.com:8443" }, "https://pictures.s3.example.com:8443"],
    ["a store by its address", { endpoint: "http://10.0.0.7:9000" }, "http://10.0.0.7:9000/pictures"],
    ["a store below a path", { endpoint: "https://x.example/s3", pathStyle: true }, "https://x.example/s3/pictures"],
    ["a public address", { publicBaseUrl: "https://cdn.example/p" }, "https://cdn.example/p"],
  ] as const) {
    it(`is right for ${what}`, () => assert.equal(address(place), `${expected}/${path}`));
  }

  it("is where the client finds it", async () => {
    for (const place of [
      {},
      { bucket: "my.pictures" },
      { bucket: "My_Pictures" },
      { pathStyle: true },
      { region: "cn-north-1" },
      { endpoint: "https://s3.example.com:8443" },
      { endpoint: "http://s3.example.com", bucket: "my.pictures" },
      { endpoint: "http://10.0.0.7:9000" },
      { endpoint: "http://localhost:9000" },
      { endpoint: "https://x.example/s3" },
    ]) {
      const store = storeAt(place);
      const signed = await store.sign("GET", "a/ü+!.png", 60);
      assert.equal(signed.split("?")[0], store.addressOf("a/ü+!.png"));
      await store.close();
    }
  });
});
