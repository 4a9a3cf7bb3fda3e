import assert from "node:assert/strict";
import diagnostics from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FluxError } from "../../lib/errors";
import { isPublicAddress } from "../../lib/net/public-address";
import { resolveAsEver, resolveTo } from "../support/names";
import { privateHosts } from "../support/private-hosts";
import { fluxErrorOf } from "../support/scripted-client";
import { allowing, closeServers, fetch, redirecting, serve } from "./downloading";
import { direct } from "./settings";

/** IPv6 that was given back to IANA in 2006 (RFC 3701): public as far as anybody can tell, and nobody is there. */
const NOBODY = "3ffe::1";

const secret = () => serve(() => ({ text: "secret" }));

describe("a download does not reach into a private network", () => {
  let connections = 0;
  const connected = (): void => {
    connections += 1;
  };
  beforeEach(() => {
    connections = 0;
    diagnostics.subscribe("net.client.socket", connected);
  });
  afterEach(async () => {
    diagnostics.unsubscribe("net.client.socket", connected);
    resolveAsEver();
    await closeServers();
  });

  async function refusalOf(work: Promise<unknown>): Promise<FluxError> {
    const error = await fluxErrorOf(work);
    assert.equal(error.code, "FLUX_NETWORK");
    assert.match(error.message, /private network/);
    assert.equal(error.cause.retryable, false);
    return error;
  }

  const alsoWritten: [string, string][] = [
    ["full-width digits", "１２７.０.０.１"],
    ["digits in circles", "①②⑦.0.0.1"],
    ["ideographic full stops", "127。0。0。1"],
    ["letters in circles", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ"],
    ["mixed-case full-width letters", "ＬｏｃａｌＨｏｓｔ"],
  ];
  for (const [what, host] of [...Object.entries(privateHosts), ...alsoWritten]) {
    it(`by its address: ${what} (${host})`, async () => {
      const server = await secret();
      await refusalOf(fetch(`http://${host}:${server.port}/`));
      await refusalOf(fetch(`https://${host}/`));
      assert.deepEqual([connections, server.requests.length], [0, 0], "not even a connection");
    });
  }

  const spellings: [string, (host: string) => string][] = [
    ["a scheme in mixed case", (host) => `hTTp://${host}/`],
    ["no slashes", (host) => `http:${host}/`],
    ["four slashes", (host) => `http:////${host}/`],
    ["backslashes", (host) => `http:\\\\${host}\\`],
    ["a backslash before what looks like the host", (host) => `http://${host}\\@pictures.example/`],
    ["white space around and within", (host) => ` \tht\ntp://${host}/\r`],
    ["the host of another as its path", (host) => `http://${host}/@pictures.example/`],
    ["the host of another as its fragment", (host) => `http://${host}#@pictures.example/`],
  ];
  for (const [what, written] of spellings) {
    it(`by the spelling of its URL: ${what}`, async () => {
      const server = await secret();
      await refusalOf(fetch(written(`127.0.0.1:${server.port}`)));
      assert.equal(connections, 0);
    });
  }

  for (const [what, url] of [
    ["a host as user name", "http://pictures.example@127.0.0.1/"],
    ["a host as user name and password", "http://pictures.example:80@127.0.0.1/"],
    ["an IPv6 zone", "http://[fe80::1%25eth0]/"],
    ["an encoded zero byte", "http://127.0.0.1%00.pictures.example/"],
    ["an encoded slash", "http://127.0.0.1%2f.pictures.example/"],
    ["a number that is too large", "http://4294967296/"],
  ] as const) {
    it(`by a URL that is refused for itself: ${what}`, async () => {
      assert.equal((await fluxErrorOf(fetch(url))).code, "FLUX_PROVIDER");
      assert.equal(connections, 0);
    });
  }

  for (const [what, addresses] of [
    ["loopback", ["127.0.0.1"]],
    ["loopback of IPv6", ["::1"]],
    ["a cloud's metadata", ["169.254.169.254"]],
    ["10/8", ["10.1.2.3"]],
    ["172.16/12", ["172.20.0.1"]],
    ["192.168/16", ["192.168.1.1"]],
    ["fc00::/7", ["fd12::1"]],
    ["IPv4-mapped IPv6", ["::ffff:10.0.0.1"]],
    ["NAT64, as DNS64 makes it", ["64:ff9b::a00:1"]],
    ["link-local with a zone", ["fe80::1%lo"]],
    ["a public and a private address", ["93.184.216.34", "10.0.0.1"]],
    ["a private IPv6 and a public IPv4 address", ["::1", "93.184.216.34"]],
    ["a public IPv6 and a private IPv4 address", ["2606:4700::1111", "127.0.0.1"]],
  ] as const) {
    it(`by a DNS name that resolves there: ${what} (${addresses.join(" and ")})`, async () => {
      const server = await secret();
      resolveTo(() => addresses);
      await refusalOf(fetch(`http://pictures.example:${server.port}/`));
      assert.equal(server.requests.length, 0);
    });
  }

  it("by a DNS name that changes between check and connect: what was checked is what is connected to", async () => {
    const server = await secret();
    const asked = resolveTo((_name, count) => [count === 0 ? NOBODY : "127.0.0.1"]);
    const options = { dispatcherSettings: { ...direct, connectTimeout: 500 } };
    const url = `http://pictures.example:${server.port}/`;
    const first = await fluxErrorOf(fetch(url, options));
    assert.doesNotMatch(first.message, /private network/);
    assert.deepEqual([asked, connections], [["pictures.example"], 1], "asked once, for the connection itself");
    await refusalOf(fetch(url, options));
    assert.equal(server.requests.length, 0);
  });

  for (const [what, host] of Object.entries(privateHosts)) {
    it(`by a redirect there: ${what}`, async () => {
      const inner = await secret();
      const outer = await redirecting(`http://${host}:${inner.port}/latest/meta-data`);
      const error = await refusalOf(fetch(outer.url, allowing(outer)));
      assert.match(error.message, /\. Only the account's own address may be inside a private network\.$/);
      assert.deepEqual([outer.requests.length, inner.requests.length], [1, 0]);
    });
  }

  it("by a redirect to a DNS name that resolves there, also where the first answer was another", async () => {
    const inner = await secret();
    const outer = await redirecting(`http://pictures.example:${inner.port}/`);
    resolveTo(() => ["127.0.0.1"]);
    const allowedHosts = [`pictures.example:${outer.port}`];
    await refusalOf(fetch(`http://pictures.example:${outer.port}/`, { allowedHosts }));
    assert.deepEqual([outer.requests.length, inner.requests.length], [1, 0]);
  });

  for (const [what, location] of [
    ["without a scheme", (port: number) => `//127.0.0.1:${port}/`],
    ["with backslashes", (port: number) => `\\\\127.0.0.1:${port}\\`],
    ["after public ones", (port: number) => `/again?to=${port}`],
  ] as const) {
    it(`by a redirect ${what}`, async () => {
      const inner = await secret();
      const outer = await serve(({ path }) => ({
        status: 307,
        headers: { location: path === "/" ? location(inner.port) : `http://127.0.0.1:${inner.port}/` },
        text: "",
      }));
      await refusalOf(fetch(outer.url, allowing(outer)));
      assert.equal(inner.requests.length, 0);
    });
  }

  it("on another port of a host that is allowed with its port, also by a redirect", async () => {
    const other = await secret();
    const allowed = await redirecting(other.url);
    await refusalOf(fetch(other.url, allowing(allowed)));
    await refusalOf(fetch(other.url, { allowedHosts: ["127.0.0.1"] }));
    await refusalOf(fetch(allowed.url, allowing(allowed)));
    assert.deepEqual([allowed.requests.length, other.requests.length], [1, 0]);
  });

  for (const [what, host] of Object.entries(privateHosts)) {
    it(`through a proxy, which would look it up by itself: ${what}`, async () => {
      const proxy = await secret();
      await refusalOf(fetch(`http://${host}/`, { dispatcherSettings: { ...direct, proxy: { url: proxy.url } } }));
      assert.equal(connections, 0);
    });
  }

  it("past a proxy, at a host that is an exception from it", async () => {
    const server = await secret();
    resolveTo(() => ["127.0.0.1"]);
    const dispatcherSettings = { ...direct, proxy: { url: "http://proxy.example:3128", noProxy: ["inside.example"] } };
    await refusalOf(fetch(`http://inside.example:${server.port}/`, { dispatcherSettings }));
    assert.equal(server.requests.length, 0);
  });
});

describe("a download that leaves a private network alone", () => {
  afterEach(async () => {
    resolveAsEver();
    await closeServers();
  });

  it("reaches a private host that the author has allowed, by name as well", async () => {
    const server = await serve(() => ({ text: "mine" }));
    resolveTo(() => ["127.0.0.1"]);
    for (const name of ["minio.example", "minio", "minio.local"]) {
      const url = `http://${name}:${server.port}/`;
      assert.equal(String(await fetch(url, { allowedHosts: [`${name.toUpperCase()}:${server.port}`] })), "mine");
    }
  });

  it("goes through a proxy that is inside it", async () => {
    const proxy = await serve(() => ({ misbehave: "reset" }));
    const dispatcherSettings = { ...direct, proxy: { url: proxy.url } };
    const error = await fluxErrorOf(fetch("http://pictures.example/", { dispatcherSettings }));
    assert.match(error.message, /the proxy/);
  });

  it("does not follow a redirect from https to http, where anybody could change the picture", async () => {
    const fixture = (name: string): Buffer => readFileSync(join(__dirname, "fixtures", name));
    const tls = { key: fixture("localhost.key"), cert: fixture("localhost.crt") };
    const plain = await serve(() => ({ text: "changed" }));
    const location = `http://pictures.example:${plain.port}/a.png?signature=topsecret`;
    const secure = await serve(() => ({ status: 302, headers: { location }, text: "" }), tls);
    resolveTo(() => ["127.0.0.1"]);
    const options = {
      allowedHosts: [`pictures.example:${secure.port}`],
      dispatcherSettings: { ...direct, tls: { rejectUnauthorized: false } },
    };
    const error = await fluxErrorOf(fetch(`https://pictures.example:${secure.port}/`, options));
    assert.match(error.message, /redirects from https to http/);
    assert.doesNotMatch(error.message, /topsecret/);
    const allowedHosts = [...options.allowedHosts, `pictures.example:${plain.port}`];
    const url = `https://pictures.example:${secure.port}/`;
    assert.equal(String(await fetch(url, { ...options, allowedHosts })), "changed", "the author's own host may");
    assert.equal(plain.requests.length, 1);
  });
});

describe("a public address", () => {
  const inside = [
    "100.64.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "255.255.255.255",
    "::8.8.8.8",
    "::ffff:0:8.8.8.8",
    "64:ff9b::a9fe:a9fe",
    "100::1",
    "100:0:0:1::1",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
    "pictures.example",
    "",
  ];
  for (const address of inside) {
    it(`is not ${address}`, () => assert.equal(isPublicAddress(address), false));
  }
  for (const address of [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "192.169.0.0",
    "2001:200::1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
  ]) {
    it(`is ${address}`, () => assert.equal(isPublicAddress(address), true));
  }
});
