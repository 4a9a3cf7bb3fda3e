import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { FluxError } from "../../lib/errors";
import type { DownloadOptions } from "../../lib/net/download-guard";
import { type OpenDownload, openDownload } from "../../lib/net/open-download";
import { fluxErrorOf } from "../support/scripted-client";
import { direct } from "./settings";

const MEGABYTE = Buffer.alloc(1024 * 1024, 7);

describe("a download that is read as it comes", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** Serves whatever `answer` writes; its host is allowed. */
  async function opened(
    answer: (response: ServerResponse) => void,
    options: Partial<DownloadOptions> = {},
  ): Promise<OpenDownload> {
    const server = createServer((_request, response) => answer(response));
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return openDownload(`http://${host}/a.png?signature=topsecret`, {
      allowedHosts: [host],
      maxBytes: 100_000_000,
      timeout: 10_000,
      signal: new AbortController().signal,
      dispatcherSettings: direct,
      ...options,
    });
  }

  async function lengthOf({ body }: OpenDownload): Promise<number> {
    let length = 0;
    for await (const piece of body) length += piece.length;
    return length;
  }

  it("tells its size where the host does, and brings every byte", async () => {
    const whole = await opened((response) => response.writeHead(200, { "content-length": "5" }).end("12345"));
    assert.deepEqual([whole.size, await lengthOf(whole)], [5, 5]);
    const unknown = await opened((response) => response.write("123", () => response.end("45")));
    assert.deepEqual([unknown.size, await lengthOf(unknown)], [undefined, 5]);
  });

  it("is not decompressed", async () => {
    const { body } = await opened((response) => response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip"));
    const pieces: Buffer[] = [];
    for await (const piece of body) pieces.push(piece);
    assert.equal(String(Buffer.concat(pieces)), "no gzip");
  });

  it("comes no faster than it is read", async () => {
    let written = 0;
    let held: () => void = () => {};
    const isHeld = new Promise<void>((resolve) => {
      held = resolve;
    });
    const whole = await opened((response) => {
      const more = (): void => {
        while (written < 64 && response.write(MEGABYTE)) written += 1;
        if (written >= 64) response.end();
        else {
          written += 1;
          response.once("drain", more);
        }
      };
      more();
      // The kernel's buffers fill up; what was not written then waits for the reader.
      let last = -1;
      const settle = setInterval(() => {
        if (written === last) {
          clearInterval(settle);
          held();
        }
        last = written;
      }, 100);
    });
    await isHeld;
    assert(written < 48, `${written} MB were taken before anybody read`);
    assert.equal(await lengthOf(whole), 64 * MEGABYTE.length);
  });

  const failures: [string, (response: ServerResponse) => void, RegExp, Partial<DownloadOptions>?][] = [
    [
      "when it is shorter than announced",
      (response) =>
        response.writeHead(200, { "content-length": "9" }).write("1234", () => response.socket?.destroySoon()),
      /broke/,
    ],
    [
      "when it is cut off and its length was not announced",
      (response) => response.write("1234", () => response.socket?.destroySoon()),
      /broke/,
    ],
    ["when it is larger than allowed", (response) => response.write(MEGABYTE), /larger than 1 MB/],
    ["when it does not end in time", (response) => response.write("1234"), /did not answer within/, { timeout: 500 }],
  ];
  for (const [when, answer, words, limit] of failures) {
    it(`ends with an error without the signature ${when}`, async () => {
      const error = await fluxErrorOf(
        opened(answer, { maxBytes: 1_000_000, ...limit }).then((download) => lengthOf(download)),
      );
      assert.equal(error.code, "FLUX_NETWORK");
      assert.match(error.message, words);
      assert(!JSON.stringify([error.message, error.cause]).includes("topsecret"));
    });
  }

  it("refuses an empty file", async () => {
    const whole = await opened((response) => response.end());
    assert.match((await fluxErrorOf(lengthOf(whole))).message, /empty/);
  });

  it("ends with its signal, with the signal's reason", async () => {
    const abort = new AbortController();
    const { body } = await opened((response) => response.write("1234"), { signal: abort.signal });
    const pieces = body[Symbol.asyncIterator]();
    await pieces.next();
    const next = pieces.next();
    abort.abort(new Error("the node was closed"));
    await assert.rejects(next, /the node was closed/);
  });

  it("ends its connection when the reader leaves off, even while it waits", async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const { body } = await opened((response) => {
      closed = once(response, "close");
      response.write("1234");
    });
    const pieces = body[Symbol.asyncIterator]();
    await pieces.next();
    pieces.next().catch(() => {});
    await pieces.return?.();
    await closed;
  });

  it("says where the author may allow a private host", async () => {
    const refused = openDownload("http://127.0.0.1:1/a.png", {
      allowedHosts: [],
      allowedHint: "Name it under Allowed hosts if you trust it",
      maxBytes: 1,
      timeout: 1000,
      signal: new AbortController().signal,
      dispatcherSettings: direct,
    });
    await assert.rejects(
      refused,
      (error) => error instanceof FluxError && /private network\. Name it under Allowed hosts/.test(error.message),
    );
  });
});
