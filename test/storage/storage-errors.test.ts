import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type ErrorCode, FluxError } from "../../lib/errors";
import { openStore } from "../../lib/storage/open-store";
import type { BucketAccess, Store } from "../../lib/storage/store";
import { type Sandbox, startSandbox } from "../../sandbox";
import { always, assertWithout, fluxErrorOf } from "../support/scripted-client";
import { type Script, type ScriptedServer, startScriptedServer } from "../support/scripted-server";
import { accessTo, MEBIBYTE } from "./storage-support";

const picture = { key: "a.png", body: Buffer.from("bytes"), contentType: "image/png" };

describe("what a store says", () => {
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

  const storeWith = (access: BucketAccess): Store => {
    const store = openStore(access);
    open.push(store);
    return store;
  };
  const put = (access: BucketAccess) => storeWith(access).put(picture, { signal: always });

  const keys: [string, Partial<BucketAccess>, RegExp, string][] = [
    [
      "a wrong access key ID",
      { credentials: { accessKeyId: "nobody", secretAccessKey: "hunter2" } },
      /does not know this access key ID/,
      "InvalidAccessKeyId",
    ],
    [
      "a wrong secret",
      { credentials: { accessKeyId: "sandbox", secretAccessKey: "hunter2" } },
      /secret access key is not the one/,
      "SignatureDoesNotMatch",
    ],
    [
      "a token that the store has not given",
      { credentials: { accessKeyId: "sandbox", secretAccessKey: "hunter2", sessionToken: "hunter3" } },
      /session token/,
      "InvalidToken",
    ],
  ];
  for (const [what, more, words, providerCode] of keys) {
    it(`about ${what} is an error of the keys`, async () => {
      const error = await fluxErrorOf(put(accessTo(sandbox, {}, more)));
      assert.equal(error.code, "FLUX_AUTH");
      assert.match(error.message, words);
      assert.deepEqual(
        [error.cause.provider, error.cause.providerCode, error.cause.retryable, error.cause.billed],
        ["s3", providerCode, false, "no"],
      );
      assertWithout(["hunter", "AWS4-HMAC", "Signature="], error);
    });
  }

  it("about an expired token is an error of the keys", async () => {
    sandbox.arm("expired-token");
    const error = await fluxErrorOf(put(accessTo(sandbox)));
    assert.deepEqual([error.code, error.cause.providerCode], ["FLUX_AUTH", "ExpiredToken"]);
    assert.match(error.message, /expired/);
  });

  it("about the time is heeded: the signatures follow the store's clock", async () => {
    for (const skew of [3 * 3600, -3 * 3600]) {
      sandbox.configure({ s3ClockSkew: skew });
      await put(accessTo(sandbox));
    }
  });

  it("about a clock that stays wrong is in words", async () => {
    sandbox.arm("clock-skew", { count: 10 });
    const error = await fluxErrorOf(put(accessTo(sandbox)));
    assert.deepEqual([error.code, error.cause.providerCode], ["FLUX_AUTH", "RequestTimeTooSkewed"]);
    assert.match(error.message, /clock/);
  });

  it("about a bucket that is not there names it", async () => {
    sandbox.configure({ s3AutoCreate: false });
    const error = await fluxErrorOf(put(accessTo(sandbox, { bucket: "nowhere" })));
    assert.deepEqual([error.code, error.cause.status], ["FLUX_STORAGE", 404]);
    assert.match(error.message, /no bucket "nowhere" at 127\.0\.0\.1/);
  });

  it("when it denies something names the permission", async () => {
    sandbox.arm("denied", { count: 100 });
    const store = storeWith(accessTo(sandbox));
    for (const [work, permission] of [
      [() => store.put(picture, { signal: always }), "s3:PutObject"],
      [() => store.find("a.png", always), "s3:GetObject"],
      [() => store.read("a.png", always), "s3:GetObject"],
      [() => store.remove("a.png", always), "s3:DeleteObject"],
    ] as const) {
      const error = await fluxErrorOf(work());
      assert.deepEqual([error.code, error.cause.status, error.cause.retryable], ["FLUX_STORAGE", 403, false]);
      assert(error.message.includes(permission), error.message);
    }
  });

  it("about an object that is not there is in words", async () => {
    const store = storeWith(accessTo(sandbox));
    assert.equal(await store.find("nothing", always), undefined);
    const error = await fluxErrorOf(store.read("nothing", always));
    assert.deepEqual([error.code, error.cause.providerCode], ["FLUX_STORAGE", "NoSuchKey"]);
    await store.remove("nothing", always);
  });

  for (const full of ["full", "full=quota"]) {
    it(`when it is full (${full}) is in words`, async () => {
      sandbox.arm(full, { count: 10 });
      const error = await fluxErrorOf(put(accessTo(sandbox, {}, { retries: 0 })));
      assert.equal(error.code, "FLUX_STORAGE");
      assert.match(error.message, /full/);
    });
  }

  it("is asked again when it was busy, and given up when it stays so", async () => {
    sandbox.arm("503", { count: 2 });
    await put(accessTo(sandbox));
    sandbox.arm("503", { count: 100 });
    const error = await fluxErrorOf(put(accessTo(sandbox, {}, { retries: 1 })));
    assert.deepEqual([error.code, error.cause.retryable, error.cause.status], ["FLUX_STORAGE", true, 503]);
    assert.match(error.message, /asked twice/);
  });

  it("about a long object in half an answer is looked up: the object is there, and counts as stored", async () => {
    sandbox.arm("cut", { call: "CompleteMultipartUpload" });
    const long = { ...picture, body: Buffer.alloc(6 * MEBIBYTE) };
    const stored = await storeWith(accessTo(sandbox)).put(long, { signal: always });
    assert.equal(stored.size, 6 * MEBIBYTE);
  });

  it("about the opening of a long object in half an answer leaves parts, which the error says", async () => {
    sandbox.arm("cut", { call: "CreateMultipartUpload" });
    const long = { ...picture, body: Buffer.alloc(6 * MEBIBYTE) };
    const error = await fluxErrorOf(storeWith(accessTo(sandbox)).put(long, { signal: always }));
    assert.match(error.message, /may still be in the store/);
  });

  it("to a cancelled upload may come late: an object that appears after the first look is removed", async () => {
    const abort = new AbortController();
    let looks = 0;
    let written = "";
    const server = await startScriptedServer(({ method, headers }) => {
      if (method === "PUT") {
        written = String(headers["x-amz-meta-upload-id"]);
        abort.abort(new FluxError("FLUX_CANCELLED", "Cancelled."));
        return { misbehave: "hang" };
      }
      if (method === "DELETE") return { status: 204, text: "" };
      looks += 1;
      return looks === 1 ? { status: 404, text: "" } : { headers: { "x-amz-meta-upload-id": written }, text: "" };
    });
    open.push(server);
    const store = storeWith(accessTo(sandbox, { endpoint: server.url }, { retries: 0 }));
    const error = await fluxErrorOf(store.put(picture, { signal: abort.signal }));
    assert.deepEqual([error.code, error.message], ["FLUX_CANCELLED", "Cancelled."]);
    assert.equal(server.requests.filter(({ method }) => method === "DELETE").length, 1);
  });

  for (const isAllowed of [true, false]) {
    const promise = isAllowed ? "removes that version only" : "says what is left where that is not allowed";
    it(`about an object with versions is heeded: a cancelled upload ${promise}`, async () => {
      const abort = new AbortController();
      let written: Record<string, string> = {};
      const server = await startScriptedServer(({ method, headers }) => {
        if (method === "PUT") {
          written = { "x-amz-meta-upload-id": String(headers["x-amz-meta-upload-id"]) };
          abort.abort(new FluxError("FLUX_CANCELLED", "Cancelled."));
          return { misbehave: "hang" };
        }
        if (method === "HEAD") return { headers: { ...written, "x-amz-version-id": "v2" }, text: "" };
        return isAllowed ? { status: 204, text: "" } : { status: 403, text: "" };
      });
      open.push(server);
      const store = storeWith(accessTo(sandbox, { endpoint: server.url }, { retries: 0 }));
      const error = await fluxErrorOf(store.put(picture, { signal: abort.signal }));
      const deletions = server.requests.filter(({ method }) => method === "DELETE").map(({ path }) => path);
      assert.deepEqual(deletions, ["/pictures/a.png?x-id=DeleteObject&versionId=v2"]);
      assert.equal(error.code, "FLUX_CANCELLED");
      if (!isAllowed) assert.match(error.message, /"a\.png" is there nevertheless.*s3:DeleteObjectVersion/);
    });
  }

  describe("that only few stores say", () => {
    /** Puts an object to something that answers like that. */
    const refusalBy = async (script: Script, place: Partial<BucketAccess["place"]> = {}) => {
      const server: ScriptedServer = await startScriptedServer(script);
      open.push(server);
      return fluxErrorOf(put(accessTo(sandbox, { endpoint: server.url, ...place }, { retries: 0 })));
    };
    const xml = (code: string, more = "") =>
      `<?xml version="1.0"?><Error><Code>${code}</Code><Message>the store's words</Message>${more}</Error>`;

    const region = "<Region>eu-central-1</Region>";
    const answers: [string, Awaited<ReturnType<Script>>, ErrorCode, RegExp][] = [
      [
        "a bucket of another region (301)",
        { status: 301, headers: { "x-amz-bucket-region": "eu-west-1" }, text: xml("PermanentRedirect") },
        "FLUX_STORAGE",
        /"pictures" is in the region eu-west-1, not in us-east-1/,
      ],
      [
        "a bucket of another region (400)",
        { status: 400, text: xml("AuthorizationHeaderMalformed", region) },
        "FLUX_STORAGE",
        /is in the region eu-central-1, not in us-east-1/,
      ],
      [
        "a redirect without a region",
        { status: 307, text: xml("TemporaryRedirect") },
        "FLUX_STORAGE",
        /Correct region/,
      ],
      [
        "a region that is no region",
        { status: 400, text: xml("AuthorizationHeaderMalformed", "<Region>click here: http://x</Region>") },
        "FLUX_STORAGE",
        /not in the region us-east-1/,
      ],
      ["411", { status: 411, text: xml("MissingContentLength") }, "FLUX_STORAGE", /length.*\(411\).*when required/],
      [
        "501",
        { status: 501, text: xml("NotImplemented") },
        "FLUX_STORAGE",
        /cannot do something.*\(501 NotImplemented\)/,
      ],
      ["no ACLs", { status: 400, text: xml("AccessControlListNotSupported") }, "FLUX_STORAGE", /Leave the ACL empty/],
      ["a KMS key", { status: 400, text: xml("KMS.NotFoundException") }, "FLUX_STORAGE", /KMS key/],
      [
        "something unheard of",
        { status: 418, text: xml("Teapot") },
        "FLUX_STORAGE",
        /\(418 Teapot\): the store's words\./,
      ],
      ["403 without a word", { status: 403, text: "" }, "FLUX_STORAGE", /s3:PutObject/],
      ["a page", { status: 404, text: "<html><br>Not here</html>" }, "FLUX_CONFIG", /does not answer as an S3 store/],
      [
        "a gateway without its store",
        { status: 502, text: "<html>Bad gateway" },
        "FLUX_STORAGE",
        /out of order \(502\)/,
      ],
    ];
    for (const [what, answer, code, words] of answers) {
      it(`is in words: ${what}`, async () => {
        const error = await refusalBy(() => answer);
        assert.equal(error.code, code, error.message);
        assert.match(error.message, words);
      });
    }

    it("is cut where it is long or has control characters or a query", async () => {
      const words = `see https://s3/x?X-Amz-Signature=topsecret \u0007${"x".repeat(5000)}`;
      const error = await refusalBy(() => ({ status: 400, text: xml("Teapot").replace("the store's words", words) }));
      assert(error.message.length < 500);
      assertWithout(["topsecret", "\u0007"], error);
    });
  });

  it("is quoted without what it repeats of the request: key id, token, signature", async () => {
    const server = await startScriptedServer(({ headers }) => ({
      status: 400,
      text: `<Error><Code>Teapot</Code><Message>x-amz-security-token: ${headers["x-amz-security-token"]}, authorization: ${headers.authorization}</Message></Error>`,
    }));
    open.push(server);
    const credentials = {
      accessKeyId: "AKIA2345ABCDEFGHIJKL",
      secretAccessKey: "hunter2",
      sessionToken: "t0ken/".repeat(9),
    };
    const error = await fluxErrorOf(put(accessTo(sandbox, { endpoint: server.url }, { credentials, retries: 0 })));
    assert.match(error.message, /x-amz-security-token: \.\.\., authorization/);
    const [, signature = "no signature"] =
      /Signature=(\w+)/.exec(String(server.requests[0]?.headers.authorization)) ?? [];
    assertWithout([credentials.accessKeyId, "t0ken", signature], error);
  });

  it("is not taken in where it is endless, and its names are cut where they are long", async () => {
    const piece = Buffer.alloc(1024 * 1024, "x");
    let written = 0;
    const endless = createServer((request, response) => {
      request.resume();
      const more = () => {
        while (!response.destroyed) {
          written += piece.length;
          if (response.write(piece)) continue;
          response.once("drain", more);
          return;
        }
      };
      response.writeHead(400);
      more();
    }).listen(0, "127.0.0.1");
    open.push({
      close: async () => {
        endless.closeAllConnections();
        endless.close();
      },
    });
    await once(endless, "listening");
    const { port } = endless.address() as AddressInfo;
    const error = await fluxErrorOf(put(accessTo(sandbox, { endpoint: `http://127.0.0.1:${port}` }, { retries: 3 })));
    assert.deepEqual([error.code, error.cause.retryable], ["FLUX_NETWORK", false], error.message);
    assert(written < 64 * piece.length, "what was written lay in buffers");

    const long = "C".repeat(100_000);
    const server = await startScriptedServer(() => ({
      status: 400,
      headers: { "x-amz-request-id": "r".repeat(5000) },
      text: `<Error><Code>${long}</Code><Message>no</Message></Error>`,
    }));
    open.push(server);
    const named = await fluxErrorOf(put(accessTo(sandbox, { endpoint: server.url }, { retries: 0 })));
    assert(JSON.stringify([named.message, named.cause]).length < 1500);
  });

  it("when it cannot be reached is an error of the network, once it was asked often enough", async () => {
    const server = await startScriptedServer(() => ({ misbehave: "reset" }));
    open.push(server);
    const error = await fluxErrorOf(put(accessTo(sandbox, { endpoint: server.url }, { retries: 1 })));
    assert.deepEqual([error.code, error.cause.retryable], ["FLUX_NETWORK", true]);
    assert.equal(server.requests.filter(({ method }) => method === "PUT").length, 2);
    assert.match(error.message, /127\.0\.0\.1:\d+ could not be asked/);
  });
});
