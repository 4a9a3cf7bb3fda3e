import assert from "node:assert/strict";
import { fluxErrorOf } from "../support/scripted-client";
import { allowing, closeServers, fetch, redirecting, serve } from "./downloading";

describe("a download", () => {
  afterEach(closeServers);

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

  it("follows five redirects, and no more of a chain of 30", async () => {
    const chain = (length: number) =>
      serve(({ path }) => {
        const step = Number(path.slice(1));
        return step < length
          ? { status: 307, headers: { location: `/${step + 1}` }, text: "" }
          : { text: `after ${step}` };
      });
    const [short, long] = [await chain(5), await chain(30)];
    assert.equal(String(await fetch(`${short.url}/0`, allowing(short))), "after 5");
    assert.match((await fluxErrorOf(fetch(`${long.url}/0`, allowing(long)))).message, /redirected more than 5 times/);
    assert.equal(long.requests.length, 6);
  });

  for (const [kind, url] of Object.entries({
    "file:": "file:///etc/passwd",
    "ftp:": "ftp://example.com/x",
    "data:": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg",
    "blob:": "blob:http://example.com/iVBORw0KGgo",
    "javascript:": "javascript:iVBORw0KGgo",
  })) {
    it(`refuses ${kind} in URL position, and tells nothing else of it`, async () => {
      const { code, message } = await fluxErrorOf(fetch(url));
      assert.equal(code, "FLUX_PROVIDER");
      assert.match(message, new RegExp(`begins with "${kind}", but only http and https`));
      assert.doesNotMatch(message, /iVBOR|passwd|example/);
    });

    it(`refuses a redirect to ${kind}`, async () => {
      const server = await redirecting(url, 301);
      const { message } = await fluxErrorOf(fetch(server.url, allowing(server)));
      assert.match(message, /only http and https/);
      assert.doesNotMatch(message, /iVBOR|passwd|example/);
    });
  }

  for (const url of ["no url", "", "//example.com/x", "/etc/passwd", "http://"]) {
    it(`refuses what is no URL: "${url}"`, async () => {
      assert.match((await fluxErrorOf(fetch(url))).message, /no URL/);
    });
  }

  it("refuses a redirect to something that is no URL", async () => {
    const server = await redirecting("http://[");
    assert.match((await fluxErrorOf(fetch(server.url, allowing(server)))).message, /no URL/);
  });

  it("does not send a user name and password that stand in the address", async () => {
    const server = await serve(() => ({ text: "x" }));
    const url = `http://user:hunter2@127.0.0.1:${server.port}/`;
    const error = await fluxErrorOf(fetch(url, allowing(server)));
    assert(!error.message.includes("hunter2"));
    assert.equal(server.requests.length, 0);
  });

  it("stops at its size limit", async () => {
    const server = await serve(() => ({ text: Buffer.alloc(200_000) }));
    const error = await fluxErrorOf(fetch(server.url, { ...allowing(server), maxBytes: 100_000 }));
    assert.match(error.message, /larger than/);
  });

  it("stops at its time limit", async () => {
    const server = await serve(() => ({ misbehave: "hang" }));
    const error = await fluxErrorOf(fetch(server.url, { ...allowing(server), timeout: 300 }));
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
      const error = await fluxErrorOf(fetch(url, allowing(server)));
      assert(error.message.includes(String(status)) && error.message.includes("/pictures/1.png"));
      assert(!JSON.stringify([error.message, error.cause]).includes("topsecret"));
      assert.deepEqual(
        [error.code, error.cause.billed, error.cause.retryable],
        ["FLUX_PROVIDER", "yes", status === 500],
      );
    });
  }
});
