import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import { download } from "../../lib/net/download";
import type { DownloadOptions } from "../../lib/net/download-guard";
import { gzipBomb } from "../support/hostile-bodies";
import { fluxErrorOf } from "../support/scripted-client";
import { direct } from "./settings";

const MEGABYTE = 1024 * 1024;

/** Says what it likes, byte by byte: Node's own server would correct some of it. */
describe("a download from a host that lies", () => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    for (const socket of sockets) socket.destroy();
  });

  /** Downloads what a server writes as its answer. */
  async function downloaded(
    answer: (socket: Socket) => void,
    options: Partial<DownloadOptions> = {},
  ): Promise<{ bytes: Promise<Buffer>; closed: Promise<unknown> }> {
    let close = (_: unknown): void => {};
    const closed = new Promise((resolve) => {
      close = resolve;
    });
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", close);
      socket.once("data", () => answer(socket));
    });
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const bytes = download(`http://${host}/a.png?signature=topsecret`, {
      allowedHosts: [host],
      maxBytes: MEGABYTE,
      timeout: 10_000,
      signal: new AbortController().signal,
      dispatcherSettings: direct,
      ...options,
    });
    return { bytes, closed };
  }

  const answered = (headers: string, body: string | Buffer = "") =>
    Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\n`), Buffer.from(body)]);

  /** Writes pieces for as long as somebody takes them. */
  const forEver = (socket: Socket, piece: Buffer): void => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on("drain", more);
    more();
  };

  const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(0x10000, 7), Buffer.from("\r\n")]);

  const refused: [string, (socket: Socket) => void, RegExp, Partial<DownloadOptions>?][] = [
    [
      "an endless body",
      (socket) => {
        socket.write(answered("content-type: image/png"));
        forEver(socket, Buffer.alloc(0x10000, 7));
      },
      /larger than 1 MB/,
    ],
    [
      "an endless body in chunks",
      (socket) => {
        socket.write(answered("transfer-encoding: chunked"));
        forEver(socket, chunk);
      },
      /larger than 1 MB/,
    ],
    [
      "endless headers",
      (socket) => socket.write("HTTP/1.1 200 OK\r\n") && forEver(socket, Buffer.from("x: x\r\n".repeat(1000))),
      /broke/,
    ],
    [
      "an endless header",
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\nx-more: ");
        forEver(socket, Buffer.alloc(0x10000, "x"));
      },
      /broke/,
    ],
    [
      "endless early hints",
      (socket) => forEver(socket, Buffer.from("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")),
      /did not answer within|broke/,
      { timeout: 500 },
    ],
    [
      "a slow body: a byte now and then, until the time is over",
      (socket) => {
        socket.write(answered("content-length: 1000000"));
        const drip = setInterval(() => socket.write("x"), 20);
        socket.once("close", () => clearInterval(drip));
      },
      /did not answer within/,
      { timeout: 500 },
    ],
    [
      "slow headers: a byte now and then, until the time is over",
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\nx-more: ");
        const drip = setInterval(() => socket.write("x"), 20);
        socket.once("close", () => clearInterval(drip));
      },
      /did not answer within/,
      { timeout: 500 },
    ],
    [
      "a lying content-length, more than comes",
      (socket) => socket.end(answered("content-length: 1000", "short")),
      /broke/,
    ],
    [
      "a lying content-length, huge: refused before the body",
      (socket) => socket.write(answered("content-length: 9007199254740991", "short")),
      /larger than 1 MB/,
    ],
    [
      "a lying content-length, more than a number holds",
      (socket) => socket.write(answered(`content-length: ${"9".repeat(30)}`, "short")),
      /broke|larger than/,
    ],
    ["a lying content-length, negative", (socket) => socket.write(answered("content-length: -1", "short")), /broke/],
    ["a lying content-length, no number", (socket) => socket.write(answered("content-length: many", "short")), /broke/],
    [
      "a lying content-length, and another one",
      (socket) => socket.write(answered("content-length: 5\r\ncontent-length: 500", "short")),
      /broke/,
    ],
    [
      "a lying content-length beside chunks",
      (socket) => socket.write(answered("content-length: 5\r\ntransfer-encoding: chunked", "5\r\nshort\r\n0\r\n\r\n")),
      /broke/,
    ],
    [
      "a chunk that announces more than there may be",
      (socket) => socket.write(answered("transfer-encoding: chunked", `${"f".repeat(20)}\r\nshort`)),
      /broke/,
    ],
    ["something that is not HTTP", (socket) => socket.end("220 ftp.example ready\r\n"), /broke/],
    ["nothing at all", (socket) => socket.end(), /broke/],
  ];
  for (const [what, answer, words, options] of refused) {
    it(`is refused, and its connection ended: ${what}`, async () => {
      const { bytes, closed } = await downloaded(answer, options);
      const error = await fluxErrorOf(bytes);
      assert.equal(error.code, "FLUX_NETWORK");
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /topsecret/);
      await closed;
    });
  }

  it("has a lying content-length, less than comes: no more is taken than was announced", async () => {
    const { bytes, closed } = await downloaded((socket) => {
      socket.write(answered("content-length: 5", "short and a lot more"));
      forEver(socket, Buffer.alloc(0x10000, 7));
    });
    assert.equal(String(await bytes), "short");
    await closed;
  });

  for (const encoding of ["gzip", "deflate", "br", "zstd", "gzip, gzip"]) {
    it(`has a gzip bomb, said to be ${encoding}: it is not unpacked`, async () => {
      const bomb = gzipBomb();
      const { bytes } = await downloaded(
        (socket) => socket.write(answered(`content-encoding: ${encoding}\r\ncontent-length: ${bomb.length}`, bomb)),
        { maxBytes: bomb.length },
      );
      assert.ok((await bytes).equals(bomb));
    });
  }
});
