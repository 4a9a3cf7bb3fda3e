import assert from "node:assert/strict";
import dns from "node:dns";
import { FluxError } from "../../lib/errors";
import { type DownloadOptions, download } from "../../lib/net/download";
import { isPublicAddress } from "../../lib/net/public-address";
import { type Script, type ScriptedServer, startScriptedServer } from "../support/scripted-server";
import { direct } from "./settings";

describe("a download", () => {
  const servers: ScriptedServer[] = [];
  const { lookup } = dns;
  afterEach(async () => {
    dns.lookup = lookup;
    for (const server of servers.splice(0)) await server.close();
  });

  async function serve(script: Script): Promise<ScriptedServer> {
    const server = await startScriptedServer(script);
    servers.push(server);
    return server;
  }

  const fetch = (url: string, options: Partial<DownloadOptions> = {}): Promise<Buffer> =>
    download(url, {
      allowedHosts: [],
      maxBytes: 1_000_000,
      timeout: 10_000,
      signal: new AbortController().signal,
      dispatcherSettings: direct,
      ...options,
    });

  const allowing = (...allowed: ScriptedServer[]) => ({ allowedHosts: allowed.map(({ port }) => `127.0.0.1:${port}`) });

  const refusalOf = async (work: Promise<unknown>): Promise<FluxError> => {
    const error = await work.then(
      () => assert.fail("it succeeded"),
      (reason: unknown) => reason,
    );
    assert(error instanceof FluxError, String(error));
    return error;
  };

  /** Every name resolves to these addresses, as if a hostile name server said so. */
  function resolveEverythingTo(...addresses: string[]): void {
    const answer = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    const fake = (_name: string, _options: object, callback: (error: null, found: object) => void) =>
      callback(null, answer);
    Object.assign(dns, { lookup: fake });
  }

  it("brings the bytes as they are", async () => {
    const bytes = Buffer.from([0, 255, 254, 10, 13, 128]);
    const server = await serve(() => ({ text: bytes }));
    assert.deepEqual(await fetch(`${server.url}/picture.png`, allowing(server)), bytes);
  });

  it("sends nothing that identifies the account", async () => {
    const server = await serve(() => ({ text: "x" }));
    await fetch(server.url, allowing(server));
    const { authorization, cookie } = server.requests[0]?.headers ?? {};
    assert.deepEqual([authorization, cookie], [undefined, undefined]);
  });

  describe("does not reach into a private network", () => {
    for (const host of [
      "127.0.0.1",
      "0x7f.1",
      "2130706433",
      "0177.0.0.1",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "localhost",
    ]) {
      it(`by the address ${host}`, async () => {
        const server = await serve(() => ({ text: "secret" }));
        const error = await refusalOf(fetch(`http://${host}:${server.port}/`));
        assert.equal(error.code, "FLUX_NETWORK");
        assert.match(error.message, /private network/);
        assert.equal(error.cause.retryable, false);
        assert.equal(server.requests.length, 0);
      });
    }

    for (const addresses of [["127.0.0.1"], ["169.254.169.254"], ["::ffff:10.0.0.1"], ["93.184.216.34", "10.0.0.1"]]) {
      it(`by a name that resolves to ${addresses.join(" and ")} when the connection is made`, async () => {
        const server = await serve(() => ({ text: "secret" }));
        resolveEverythingTo(...addresses);
        const error = await refusalOf(fetch(`http://pictures.example:${server.port}/`));
        assert.match(error.message, /private network/);
        assert.equal(server.requests.length, 0);
      });
    }

    it("by a redirect", async () => {
      const inner = await serve(() => ({ text: "secret" }));
      const outer = await serve(() => ({
        status: 302,
        headers: { location: `${inner.url}/latest/meta-data` },
        text: "",
      }));
      const error = await refusalOf(fetch(outer.url, allowing(outer)));
      assert.match(
        error.message,
        /private network\. Only the account's own address may be inside a private network\.$/,
      );
      assert.equal(inner.requests.length, 0);
    });

    it("on another port of a host that is allowed with its port", async () => {
      const [allowed, other] = [await serve(() => ({ text: "a" })), await serve(() => ({ text: "secret" }))];
      await refusalOf(fetch(other.url, allowing(allowed)));
      await refusalOf(fetch(other.url, { allowedHosts: ["127.0.0.1"] }));
      assert.equal(other.requests.length, 0);
    });

    it("through a proxy, by a literal address", async () => {
      const proxy = await serve(() => ({ text: "" }));
      const dispatcherSettings = { ...direct, proxy: { url: proxy.url } };
      await refusalOf(fetch("http://10.1.2.3/", { dispatcherSettings }));
      assert.equal(proxy.requests.length, 0);
    });

    it("past a proxy, at a host that is an exception from it", async () => {
      const server = await serve(() => ({ text: "secret" }));
      resolveEverythingTo("127.0.0.1");
      const dispatcherSettings = {
        ...direct,
        proxy: { url: "http://proxy.example:3128", noProxy: ["inside.example"] },
      };
      const error = await refusalOf(fetch(`http://inside.example:${server.port}/`, { dispatcherSettings }));
      assert.match(error.message, /private network/);
      assert.equal(server.requests.length, 0);
    });
  });

  it("reaches a private host that the author has allowed, by name as well", async () => {
    const server = await serve(() => ({ text: "mine" }));
    resolveEverythingTo("127.0.0.1");
    const url = `http://minio.example:${server.port}/`;
    assert.equal(String(await fetch(url, { allowedHosts: [`MINIO.example:${server.port}`] })), "mine");
  });

  it("follows five redirects, and no more", async () => {
    const chain = (length: number) =>
      serve(({ path }) => {
        const step = Number(path.slice(1));
        return step < length
          ? { status: 307, headers: { location: `/${step + 1}` }, text: "" }
          : { text: `after ${step}` };
      });
    const [short, long] = [await chain(5), await chain(6)];
    assert.equal(String(await fetch(`${short.url}/0`, allowing(short))), "after 5");
    assert.match((await refusalOf(fetch(`${long.url}/0`, allowing(long)))).message, /redirected more than 5 times/);
    assert.equal(long.requests.length, 6);
  });

  for (const url of ["file:///etc/passwd", "ftp://example.com/x", "data:text/plain,x", "no url"]) {
    it(`refuses ${url}`, async () => {
      assert.equal((await refusalOf(fetch(url))).code, "FLUX_PROVIDER");
    });
  }

  it("refuses a redirect to something that is not http", async () => {
    const server = await serve(() => ({ status: 301, headers: { location: "file:///etc/passwd" }, text: "" }));
    assert.match((await refusalOf(fetch(server.url, allowing(server)))).message, /only http and https/);
  });

  it("does not send a user name and password that stand in the address", async () => {
    const server = await serve(() => ({ text: "x" }));
    const url = `http://user:hunter2@127.0.0.1:${server.port}/`;
    const error = await refusalOf(fetch(url, allowing(server)));
    assert(!error.message.includes("hunter2"));
    assert.equal(server.requests.length, 0);
  });

  it("stops at its size limit", async () => {
    const server = await serve(() => ({ text: Buffer.alloc(200_000) }));
    const error = await refusalOf(fetch(server.url, { ...allowing(server), maxBytes: 100_000 }));
    assert.match(error.message, /larger than/);
  });

  it("stops at its time limit", async () => {
    const server = await serve(() => ({ misbehave: "hang" }));
    const error = await refusalOf(fetch(server.url, { ...allowing(server), timeout: 300 }));
    assert.deepEqual([error.code, error.cause.retryable], ["FLUX_NETWORK", true]);
  });

  it("stops with its signal", async () => {
    const server = await serve(() => ({ misbehave: "hang" }));
    const abort = new AbortController();
    const work = fetch(server.url, { ...allowing(server), signal: abort.signal });
    await server.received(1);
    abort.abort(new Error("closed"));
    await assert.rejects(work, /closed/);
  });

  for (const status of [403, 404, 410, 500]) {
    it(`says what ${status} means, names the picture, and keeps the signature out`, async () => {
      const server = await serve(() => ({ status, text: "<Error/>" }));
      const url = `${server.url}/pictures/1.png?X-Signature=topsecret`;
      const error = await refusalOf(fetch(url, allowing(server)));
      assert(error.message.includes(String(status)) && error.message.includes("/pictures/1.png"));
      assert(!JSON.stringify([error.message, error.cause]).includes("topsecret"));
      assert.deepEqual(
        [error.code, error.cause.billed, error.cause.retryable],
        ["FLUX_PROVIDER", "yes", status === 500],
      );
    });
  }
});

describe("a public address", () => {
  const inside = [
    "0.0.0.0",
    "10.0.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.255",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:a00:1",
    "::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
  ];
  for (const address of inside) {
    it(`is not ${address}`, () => assert.equal(isPublicAddress(address), false));
  }
  for (const address of [
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
  ]) {
    it(`is ${address}`, () => assert.equal(isPublicAddress(address), true));
  }
});
