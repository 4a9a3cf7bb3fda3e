import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { createDispatcher } from "../../lib/net/dispatcher";
import { wholeOf } from "../../lib/net/whole-of";
import { requestHandler } from "../../lib/storage/request-handler";
import { direct } from "../net/settings";

type Request = Parameters<ReturnType<typeof requestHandler>["handle"]>[0];

const PIECE = Buffer.alloc(1024 * 1024, 3);

describe("what the S3 client sends its requests with", () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing.close();
  });

  async function serve(listener: RequestListener): Promise<number> {
    const server: Server = createServer(listener);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    open.push({
      close: () => {
        server.closeAllConnections();
        server.close();
      },
    });
    return (server.address() as AddressInfo).port;
  }

  async function handlerFor(port: number) {
    const dispatcher = await createDispatcher(direct);
    open.push({ close: () => dispatcher.destroy() });
    const handler = requestHandler(dispatcher);
    return (request: Partial<Request>, abortSignal?: AbortSignal) =>
      handler.handle(
        {
          protocol: "http:",
          hostname: "127.0.0.1",
          port,
          method: "PUT",
          path: "/",
          query: {},
          headers: {},
          ...request,
        } as Request,
        abortSignal ? { abortSignal } : {},
      );
  }

  it("sends paths and queries as they were signed", async () => {
    const seen: (string | undefined)[] = [];
    const send = await handlerFor(
      await serve((request, response) => {
        seen.push(request.url);
        response.end();
      }),
    );
    await send({
      method: "POST",
      path: "/b/a%20b/../%C3%BC%2B",
      query: { uploads: "", "x-id": "a b(!)", list: ["1", "2"] },
    });
    await send({ method: "GET", path: "/b/%2E%2E/x", query: { acl: null } });
    assert.deepEqual(seen, ["/b/a%20b/../%C3%BC%2B?uploads=&x-id=a%20b%28%21%29&list=1&list=2", "/b/%2E%2E/x?acl"]);
  });

  for (const [what, body] of [
    ["a string", "12345"],
    ["bytes", Buffer.from("12345")],
    ["bytes of another kind", new Uint8Array(Buffer.from("12345"))],
    ["a stream", Readable.from([Buffer.from("123"), Buffer.from("45")])],
    ["pieces", pieces("123", "45")],
  ] as const) {
    it(`sends ${what}, with the length that is known`, async () => {
      let received: Promise<Buffer> | undefined;
      let headers: IncomingMessage["headers"] = {};
      const send = await handlerFor(
        await serve(async (request, response) => {
          headers = request.headers;
          received = wholeOf(request);
          await received;
          response.end();
        }),
      );
      await send({ body, headers: { "content-length": "5", expect: "100-continue", "x-amz-acl": "private" } });
      assert.equal(String(await received), "12345");
      assert.deepEqual(
        [headers["content-length"], headers["x-amz-acl"], headers.expect, headers["transfer-encoding"]],
        ["5", "private", undefined, undefined],
      );
    });
  }

  it("takes a stream no faster than the store does", async () => {
    let taken = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        taken += 1;
        yield PIECE;
      }
    }
    const arrived = new EventTarget();
    // Nobody reads the request: what fits into the buffers in between is taken, and no more.
    const send = await handlerFor(await serve(() => arrived.dispatchEvent(new Event("request"))));
    const abort = new AbortController();
    const work = send({ body: endless() }, abort.signal);
    await once(arrived, "request");
    let before = -1;
    while (taken !== before) {
      before = taken;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert(taken < 64, `${taken} MB were taken`);
    abort.abort(new Error("the reason is not the client's to write into"));
    await assert.rejects(work, { name: "AbortError" });
  });

  it("gives an answer as it comes, with headers in lower case", async () => {
    const send = await handlerFor(
      await serve((_request, response) => {
        response.writeHead(203, { ETag: '"1"', "X-Amz-Thing": "A" });
        response.write("first");
      }),
    );
    const { response } = await send({ method: "GET" });
    assert.deepEqual([response.statusCode, response.headers.etag, response.headers["x-amz-thing"]], [203, '"1"', "A"]);
    const [first] = await once(response.body, "data");
    assert.equal(String(first), "first");
    response.body.destroy();
  });

  it("tells the client that a failure may pass, in a code that it knows", async () => {
    // Nobody listens there: it is none of the ports that are given to whoever asks for any.
    const send = await handlerFor(1);
    await assert.rejects(send({}), { name: "StoreUnreachable", code: "ECONNRESET" });
  });
});

async function* pieces(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}
