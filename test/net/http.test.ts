import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { mock } from "node:test";
import type { Dispatcher } from "undici";
import { createDispatcher, type DispatcherSettings } from "../../lib/net/dispatcher";
import { exchange, type HttpAnswer, type OutgoingRequest } from "../../lib/net/http";
import { NetworkFailure } from "../../lib/net/network-failure";
import { withEnvironment } from "../support/environment";
import { type Script, type ScriptedServer, startScriptedServer } from "../support/scripted-server";
import { direct } from "./settings";

const fixture = (name: string) => readFileSync(join(__dirname, "fixtures", name));
const certificate = { key: fixture("localhost.key"), cert: fixture("localhost.crt") };

describe("an HTTP exchange", () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing.close();
  });

  async function serve(script: Script, tls?: typeof certificate): Promise<ScriptedServer> {
    const server = await startScriptedServer(script, tls);
    open.push(server);
    return server;
  }

  async function serveRaw(onSocket: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      onSocket(socket);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    open.push({
      close: () => {
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    });
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function dispatcherWith(settings: Partial<DispatcherSettings> = {}): Promise<Dispatcher> {
    const dispatcher = await createDispatcher({ ...direct, ...settings });
    open.push({ close: () => dispatcher.destroy() });
    return dispatcher;
  }

  const post = (dispatcher: Dispatcher, url: string, more: Partial<OutgoingRequest> = {}): Promise<HttpAnswer> =>
    exchange(dispatcher, {
      url,
      headers: {},
      body: "[]",
      signal: new AbortController().signal,
      timeout: 10_000,
      ...more,
    });

  const failureOf = async (work: Promise<unknown>): Promise<NetworkFailure> => {
    const error = await work.then(
      () => assert.fail("it succeeded"),
      (reason: unknown) => reason,
    );
    assert(error instanceof NetworkFailure, String(error));
    return error;
  };

  it("brings status, headers and text, whatever the status is", async () => {
    const server = await serve(() => ({ status: 418, headers: { "Retry-After": "7" }, text: "tëapot" }));
    const answer = await post(await dispatcherWith(), `${server.url}/v1?x=1`);
    assert.equal(answer.status, 418);
    assert.equal(answer.headers["retry-after"], "7");
    assert.equal(answer.text, "tëapot");
    assert.equal(server.requests[0]?.path, "/v1?x=1");
  });

  it("does not follow redirects, which would carry the key elsewhere", async () => {
    const server = await serve(() => ({ status: 302, headers: { location: "/other" }, text: "" }));
    assert.equal((await post(await dispatcherWith(), server.url)).status, 302);
    assert.equal(server.requests.length, 1);
  });

  it("uses one connection for requests that follow each other", async () => {
    const server = await serve(() => ({ text: "ok" }));
    const dispatcher = await dispatcherWith();
    for (let n = 0; n < 3; n += 1) {
      await post(dispatcher, server.url);
      await connectionIsFree();
    }
    assert.deepEqual(
      server.requests.map(({ socket }) => socket),
      [0, 0, 0],
    );
  });

  it("is a POST with a body, a GET without one, or what it says it is", async () => {
    const server = await serve(() => ({ text: "" }));
    const dispatcher = await dispatcherWith();
    const bytes = Buffer.from([0, 255, 13, 10]);
    await post(dispatcher, server.url);
    await post(dispatcher, server.url, { body: undefined });
    await post(dispatcher, server.url, { method: "PUT", body: undefined });
    await post(dispatcher, server.url, { method: "PUT", body: bytes });
    assert.deepEqual(
      server.requests.map(({ method, headers }) => [method, headers["content-length"]]),
      [
        ["POST", "2"],
        ["GET", undefined],
        ["PUT", "0"],
        ["PUT", "4"],
      ],
    );
    assert.equal(server.requests[3]?.text, bytes.toString("utf8"));
  });

  it("does not use a connection that was idle for longer than allowed, whatever the server offers", async () => {
    const sockets: Socket[] = [];
    const address = await serveRaw((socket) => {
      sockets.push(socket);
      socket.on("data", () =>
        socket.write("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=600\r\nContent-Length: 2\r\n\r\nok"),
      );
    });
    const dispatcher = await dispatcherWith({ keepAlive: 50 });
    await post(dispatcher, `http://${address}/`);
    const [first] = sockets;
    // Nobody but the client would close it.
    if (first && !first.readableEnded) await once(first, "end");
    await post(dispatcher, `http://${address}/`);
    assert.equal(sockets.length, 2);
  });

  describe("knows that the request never arrived", () => {
    it("when nothing listens", async () => {
      // None of the ports that are given to whoever asks for any.
      const failure = await failureOf(post(await dispatcherWith(), "http://127.0.0.1:1/"));
      assert.deepEqual([failure.kind, failure.arrived], ["refused", "no"]);
    });

    for (const code of ["ENOTFOUND", "EAI_AGAIN"]) {
      it(`when the name cannot be resolved (${code})`, async () => {
        const dispatcher = await dispatcherWith({
          lookup: (_name, _options, callback) => callback(Object.assign(new Error(code), { code }), ""),
        });
        const failure = await failureOf(post(dispatcher, "https://service.example/v1?key=secret"));
        assert.deepEqual([failure.kind, failure.arrived], ["dns", "no"]);
        assert(!failure.message.includes("secret"));
      });
    }

    it("when the handshake takes too long", async () => {
      const address = await serveRaw(() => {});
      const failure = await failureOf(post(await dispatcherWith({ connectTimeout: 300 }), `https://${address}/`));
      assert.deepEqual([failure.kind, failure.arrived], ["connect-timeout", "no"]);
    });

    it("when the other side does not speak TLS", async () => {
      const server = await serve(() => ({ text: "" }));
      const failure = await failureOf(post(await dispatcherWith(), server.url.replace("http:", "https:")));
      assert.deepEqual([failure.kind, failure.arrived], ["tls", "no"]);
      assert.equal(server.requests.length, 0);
    });

    it("when the certificate is not trusted, which no repetition mends", async () => {
      const server = await serve(() => ({ text: "" }), certificate);
      const failure = await failureOf(post(await dispatcherWith(), server.url));
      assert.deepEqual([failure.kind, failure.arrived, failure.passing], ["tls", "no", false]);
      assert.equal(server.requests.length, 0);
    });

    it("when it was aborted while connecting, and it is not sent later", async () => {
      let accepted: () => void = () => {};
      const connected = new Promise<void>((resolve) => {
        accepted = resolve;
      });
      let bytes = 0;
      const address = await serveRaw((socket) => {
        accepted();
        socket.on("data", (chunk) => {
          bytes += chunk.length;
        });
      });
      const abort = new AbortController();
      // TLS never completes here, so all bytes are those of the handshake.
      const work = post(await dispatcherWith(), `https://${address}/`, { signal: abort.signal });
      await connected;
      abort.abort(new Error("no longer wanted"));
      await assert.rejects(work, /no longer wanted/);
      assert(bytes < 2000);
    });
  });

  describe("does not claim to know whether the request arrived", () => {
    it("when a new connection is reset after it", async () => {
      const server = await serve(() => ({ misbehave: "reset" }));
      const failure = await failureOf(post(await dispatcherWith(), server.url));
      assert.deepEqual([failure.kind, failure.arrived], ["broken", "unknown"]);
    });

    it("when a used connection is reset", async () => {
      const server = await serve((_received, count) => (count === 0 ? { text: "ok" } : { misbehave: "reset" }));
      const dispatcher = await dispatcherWith();
      await post(dispatcher, server.url);
      await connectionIsFree();
      const failure = await failureOf(post(dispatcher, server.url));
      assert.equal(failure.arrived, "unknown");
      assert.deepEqual(
        server.requests.map(({ socket }) => socket),
        [0, 0],
        "undici must not repeat a POST on its own",
      );
    });

    it("when the answer breaks off", async () => {
      const server = await serve(() => ({ misbehave: "cut", text: '{"data":[' }));
      assert.equal((await failureOf(post(await dispatcherWith(), server.url))).arrived, "unknown");
    });

    it("when the answer breaks off, but tells how it began", async () => {
      const begun = "HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 202 Accepted\r\nX-Request-Id: 17\r\nContent-Length: 9\r\n\r\n{";
      const address = await serveRaw((socket) => socket.once("data", () => socket.end(begun)));
      const failure = await failureOf(post(await dispatcherWith(), `http://${address}/`));
      assert.equal(failure.arrived, "unknown");
      assert.deepEqual([failure.head?.status, failure.head?.headers["x-request-id"]], [202, "17"]);
    });

    it("when the connection ends before the final status, of which then nothing is told", async () => {
      const address = await serveRaw((socket) => socket.once("data", () => socket.end("HTTP/1.1 103 Hints\r\n\r\n")));
      const failure = await failureOf(post(await dispatcherWith(), `http://${address}/`));
      assert.deepEqual([failure.arrived, failure.head], ["unknown", undefined]);
    });

    it("when no headers come in time", async () => {
      const server = await serve(() => ({ misbehave: "hang" }));
      const failure = await failureOf(post(await dispatcherWith({ headersTimeout: 100 }), server.url));
      assert.deepEqual([failure.kind, failure.arrived], ["timeout", "unknown"]);
    });

    it("when the whole exchange takes too long", async () => {
      const server = await serve(() => ({ misbehave: "hang" }));
      const dispatcher = await dispatcherWith();
      mock.timers.enable({ apis: ["setTimeout"] });
      try {
        const exchanged = failureOf(post(dispatcher, server.url, { timeout: 300 }));
        await server.received(1);
        mock.timers.tick(300);
        const failure = await exchanged;
        assert.deepEqual([failure.kind, failure.arrived], ["timeout", "unknown"]);
      } finally {
        mock.timers.reset();
      }
    });
  });

  it("ends with its signal, with the signal's reason", async () => {
    const server = await serve(() => ({ misbehave: "hang" }));
    const abort = new AbortController();
    const work = post(await dispatcherWith(), server.url, { signal: abort.signal });
    await server.received(1);
    abort.abort(new Error("the node was closed"));
    await assert.rejects(work, /the node was closed/);
  });

  it("refuses an answer that is larger than allowed, announced or not", async () => {
    const large = "x".repeat(100_000);
    const announced = await serve(() => ({ headers: { "content-length": String(large.length) }, text: large }));
    const chunked = await serve(() => ({ headers: { "transfer-encoding": "chunked" }, text: large }));
    for (const server of [announced, chunked]) {
      const failure = await failureOf(post(await dispatcherWith(), server.url, { maxBytes: 50_000 }));
      assert.equal(failure.kind, "too-large");
    }
  });

  it("trusts the certificate authority of the TLS settings", async () => {
    const server = await serve(() => ({ text: "private" }), certificate);
    const dispatcher = await dispatcherWith({ tls: { ca: certificate.cert } });
    assert.equal((await post(dispatcher, server.url)).text, "private");
  });

  describe("through a proxy", () => {
    interface Proxy {
      url: string;
      connects: string[];
      authorizations: (string | undefined)[];
    }

    /** A proxy that tunnels to loopback, whatever it is asked for. */
    async function serveProxy(answer: (connects: number) => "tunnel" | "hang up" | "silence" | string): Promise<Proxy> {
      const connects: string[] = [];
      const authorizations: (string | undefined)[] = [];
      const { connect } = await import("node:net");
      const address = await serveRaw((socket) => {
        socket.once("data", (head) => {
          const [, target = ""] = /^CONNECT (\S+)/.exec(head.toString("latin1")) ?? [];
          connects.push(target);
          authorizations.push(/proxy-authorization: (.*)\r/i.exec(head.toString("latin1"))?.[1]);
          const what = answer(connects.length);
          if (what === "hang up") socket.destroy();
          else if (what === "silence") return;
          else if (what !== "tunnel") socket.end(`HTTP/1.1 ${what}\r\ncontent-length: 0\r\n\r\n`);
          else {
            const upstream = connect(Number(target.split(":")[1]), "127.0.0.1", () => {
              socket.write("HTTP/1.1 200 OK\r\n\r\n");
              socket.pipe(upstream).pipe(socket);
            });
            upstream.on("error", () => socket.destroy());
            socket.on("close", () => upstream.destroy());
          }
        });
      });
      return { url: `http://${address}`, connects, authorizations };
    }

    it("reaches the service with the proxy's credentials, which the service does not see", async () => {
      const proxy = await serveProxy(() => "tunnel");
      const server = await serve(() => ({ text: "ok" }));
      const dispatcher = await dispatcherWith({ proxy: { url: proxy.url, username: "me", password: "p:w" } });
      assert.equal((await post(dispatcher, server.url)).text, "ok");
      assert.deepEqual(proxy.connects, [`127.0.0.1:${server.port}`]);
      assert.deepEqual(proxy.authorizations, [`Basic ${Buffer.from("me:p:w").toString("base64")}`]);
      assert.equal(server.requests[0]?.headers["proxy-authorization"], undefined);
    });

    it("applies the TLS settings to the service", async () => {
      const proxy = await serveProxy(() => "tunnel");
      const server = await serve(() => ({ text: "private" }), certificate);
      const through = (tls?: DispatcherSettings["tls"]) =>
        dispatcherWith({ proxy: { url: proxy.url }, ...(tls && { tls }) });
      assert.equal((await post(await through({ ca: certificate.cert }), server.url)).text, "private");
      const failure = await failureOf(post(await through(), server.url));
      assert.deepEqual([failure.kind, failure.arrived], ["tls", "no"]);
    });

    it("asks the hosts of its exceptions directly", async () => {
      const proxy = await serveProxy(() => "tunnel");
      const server = await serve(() => ({ text: "ok" }));
      for (const entry of ["127.0.0.1", `127.0.0.1:${server.port}`, " 127.0.0.1 "]) {
        const dispatcher = await dispatcherWith({ proxy: { url: proxy.url, noProxy: ["other.example", entry] } });
        assert.equal((await post(dispatcher, server.url)).text, "ok");
      }
      assert.deepEqual(proxy.connects, []);
    });

    it("follows the environment only when it is told to, and never instead of a chosen proxy", async () => {
      const proxy = await serveProxy(() => "tunnel");
      const chosen = await serveProxy(() => "tunnel");
      const server = await serve(() => ({ text: "ok" }));
      await withProxies({ http_proxy: proxy.url, no_proxy: "" }, async () => {
        await post(await dispatcherWith(), server.url);
        assert.equal(proxy.connects.length, 0);
        await post(await dispatcherWith({ useEnvironmentProxy: true }), server.url);
        assert.equal(proxy.connects.length, 1);
      });
      await withProxies({ http_proxy: proxy.url, no_proxy: "127.0.0.1" }, async () => {
        await post(await dispatcherWith({ useEnvironmentProxy: true }), server.url);
        assert.equal(proxy.connects.length, 1);
        await post(await dispatcherWith({ useEnvironmentProxy: true, proxy: { url: chosen.url } }), server.url);
        assert.equal(chosen.connects.length, 1);
      });
    });

    for (const [what, status] of [
      ["asks for credentials", "407 Proxy Authentication Required"],
      ["does not allow the host", "403 Forbidden"],
      ["cannot reach the service", "502 Bad Gateway"],
    ] as const) {
      it(`knows that nothing arrived when the proxy ${what}`, async () => {
        const proxy = await serveProxy(() => status);
        const failure = await failureOf(
          post(await dispatcherWith({ proxy: { url: proxy.url } }), "https://service.example/"),
        );
        assert.deepEqual([failure.kind, failure.arrived], ["proxy", "no"]);
        assert(failure.message.includes(status.slice(0, 3)));
      });
    }

    it("does not ask again and again when the proxy hangs up", async () => {
      const proxy = await serveProxy(() => "hang up");
      const failure = await failureOf(
        post(await dispatcherWith({ proxy: { url: proxy.url } }), "https://service.example/"),
      );
      assert.deepEqual([failure.kind, failure.arrived], ["proxy", "no"]);
      assert.equal(proxy.connects.length, 1);
    });

    it("gives up a proxy that does not answer", async () => {
      const proxy = await serveProxy(() => "silence");
      const dispatcher = await dispatcherWith({ proxy: { url: proxy.url }, connectTimeout: 300 });
      const failure = await failureOf(post(dispatcher, "https://service.example/"));
      assert.deepEqual([failure.kind, failure.arrived], ["proxy", "no"]);
    });

    it("says that a proxy address is unusable", async () => {
      await assert.rejects(dispatcherWith({ proxy: { url: "not an address" } }), { code: "FLUX_CONFIG" });
    });
  });
});

/** undici hands a connection back in the turn after the answer's end. */
const connectionIsFree = () => new Promise<void>((resolve) => setImmediate(resolve));

const PROXY_VARIABLES = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"];

const withProxies = (values: Record<string, string>, work: () => Promise<void>) =>
  withEnvironment(values, work, PROXY_VARIABLES);
