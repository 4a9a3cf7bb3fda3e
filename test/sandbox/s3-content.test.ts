import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { ChecksumAlgorithm, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { clientOf, closeStores, contentOf, leftovers, openStore, type Request, send, signed } from "./s3-support";

const body = randomBytes(40_000);
const put: Request = { method: "PUT", path: "/s3/pictures/a.jpg", body };

const hashOf = (name: string, content = body): string => createHash(name).update(content).digest("base64");

function crc32Of(content: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(content));
  return bytes.toString("base64");
}

const digits = Buffer.from("123456789");

describe("content that is put into the sandbox's store", () => {
  afterEach(closeStores);

  for (const [header, right, refusals] of [
    ["content-md5", hashOf("md5"), ["InvalidDigest", "BadDigest"]],
    ["x-amz-checksum-sha1", hashOf("sha1"), ["InvalidRequest", "BadDigest"]],
    ["x-amz-checksum-sha256", hashOf("sha256"), ["InvalidRequest", "BadDigest"]],
    ["x-amz-checksum-crc32", crc32Of(body), ["InvalidRequest", "BadDigest"]],
  ] as const) {
    it(`has the ${header} that comes with it`, async () => {
      const sandbox = await openStore();
      const size = Buffer.from(right, "base64").length;
      const wrong = [Buffer.alloc(size - 1), Buffer.alloc(size)].map((bytes) => bytes.toString("base64"));
      for (const [index, value] of wrong.entries()) {
        const { status, code } = await send(sandbox, { ...put, headers: { [header]: value } });
        assert.deepEqual([status, code], [400, refusals[index]]);
      }
      assert.equal(await contentOf(sandbox, "a.jpg"), undefined);
      assert.deepEqual(await leftovers(sandbox.folder), []);
      assert.equal((await send(sandbox, { ...put, headers: { [header]: right } })).status, 200);
      assert.deepEqual(await contentOf(sandbox, "a.jpg"), body);
    });
  }

  it("has the CRC-32C that comes with it", async () => {
    // The check value of the catalogue of CRC algorithms.
    const headers = { "x-amz-checksum-crc32c": Buffer.from("e3069283", "hex").toString("base64") };
    const sandbox = await openStore();
    assert.equal((await send(sandbox, { ...put, body: digits, headers })).status, 200);
    assert.equal((await send(sandbox, { ...put, headers })).code, "BadDigest");
  });

  it("has one checksum, of a kind that is known, and the one that is announced", async () => {
    const sandbox = await openStore();
    const both = { "x-amz-checksum-sha1": hashOf("sha1"), "x-amz-checksum-crc32": crc32Of(body) };
    assert.equal((await send(sandbox, { ...put, headers: both })).code, "InvalidRequest");
    const unknown = { "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=" };
    assert.equal((await send(sandbox, { ...put, headers: unknown })).code, "NotImplemented");
    const announced = { "x-amz-sdk-checksum-algorithm": "CRC32" };
    assert.equal((await send(sandbox, { ...put, headers: announced })).code, "InvalidRequest");
  });

  for (const algorithm of [ChecksumAlgorithm.CRC32, ChecksumAlgorithm.CRC32C, ChecksumAlgorithm.SHA256]) {
    it(`arrives from AWS's client with a ${algorithm}, in one piece and in chunks`, async () => {
      const sandbox = await openStore();
      const client = clientOf(sandbox, { requestChecksumCalculation: "WHEN_SUPPORTED" });
      const object = { Bucket: "pictures", Key: "a.jpg" };
      const pieces = Readable.from([body.subarray(0, 9_000), body.subarray(9_000)]);
      for (const Body of [body, pieces]) {
        const command = { ...object, Body, ContentLength: body.length, ChecksumAlgorithm: algorithm };
        const stored = await client.send(new PutObjectCommand(command));
        const found = await client.send(new GetObjectCommand({ ...object, ChecksumMode: "ENABLED" }));
        assert.deepEqual(Buffer.from((await found.Body?.transformToByteArray()) ?? []), body);
        const sum = `Checksum${algorithm}` as const;
        assert.ok(stored[sum]);
        assert.equal(found[sum], stored[sum]);
        assert.equal(found.ContentEncoding, undefined);
      }
    });
  }

  it("says how long it is, also when it is sent in chunks", async () => {
    const sandbox = await openStore();
    const { headers, content } = signed(sandbox, put);
    const { "content-length": _, ...without } = headers;
    const outgoing = request(`${sandbox.url}${put.path}`, { method: "PUT", headers: without, agent: false });
    outgoing.write(content);
    outgoing.end();
    const [response] = await once(outgoing, "response");
    assert.equal(response.statusCode, 411);
    response.resume();
    const headersOf = (length: number) => ({ "x-amz-decoded-content-length": String(length) });
    const chunked = { ...put, payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", chunks: [40_000] };
    for (const length of [39_999, 40_001]) {
      const { code } = await send(sandbox, { ...chunked, headers: headersOf(length) });
      assert.equal(code, "IncompleteBody");
    }
    assert.deepEqual(await leftovers(sandbox.folder), []);
  });
});

describe("content in chunks that is put into the sandbox's store", () => {
  afterEach(closeStores);

  const trailer = { "x-amz-checksum-crc32": crc32Of(body) };
  const wrongTrailer = { "x-amz-checksum-crc32": crc32Of(digits) };
  const chunked: Request = { ...put, chunks: [8_192, 31_808], headers: { "content-encoding": "aws-chunked,gzip" } };
  const unsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  const signedChunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  const signedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

  for (const [what, more] of [
    ["signed", { payload: signedChunks }],
    ["signed, with a trailer", { payload: signedTrailer, trailer }],
    ["unsigned, with a trailer", { payload: unsignedTrailer, trailer }],
  ] as const) {
    it(`is stored without them: ${what}`, async () => {
      const sandbox = await openStore();
      const { status, text } = await send(sandbox, { ...chunked, ...more });
      assert.equal(status, 200, text);
      const found = await send(sandbox, { method: "GET", path: put.path });
      assert.deepEqual(found.body, body);
      assert.equal(found.headers["content-encoding"], "gzip");
    });
  }

  const changed = (from: string, to: string) => (content: Buffer) =>
    Buffer.from(content.toString("latin1").replace(from, to), "latin1");
  const flipped = (content: Buffer) => {
    const copy = Buffer.from(content);
    copy[20_000] = (copy[20_000] ?? 0) ^ 1;
    return copy;
  };

  for (const [what, more, expected] of [
    ["a changed signed chunk", { payload: signedChunks, damage: flipped }, "SignatureDoesNotMatch"],
    ["a changed unsigned chunk", { payload: unsignedTrailer, trailer, damage: flipped }, "BadDigest"],
    ["a wrong checksum behind it", { payload: unsignedTrailer, trailer: wrongTrailer }, "BadDigest"],
    ["a wrong signed checksum behind it", { payload: signedTrailer, trailer: wrongTrailer }, "BadDigest"],
    [
      "a changed trailer",
      { payload: signedTrailer, trailer, damage: changed(trailer["x-amz-checksum-crc32"], "AAAAAA==") },
      "SignatureDoesNotMatch",
    ],
    [
      "another trailer than announced",
      { payload: unsignedTrailer, trailer, damage: changed("\r\nx-amz-checksum-crc32:", "\r\nx-amz-checksum-sha1:") },
      "MalformedTrailerError",
    ],
    ["a trailer that nobody announced", { payload: unsignedTrailer }, "MalformedTrailerError"],
    ["small chunks", { payload: signedChunks, chunks: [8_191, 31_809] }, "InvalidChunkSizeError"],
    [
      "chunks that are none",
      { payload: signedChunks, damage: (content: Buffer) => content.subarray(4) },
      "IncompleteBody",
    ],
    [
      "an end too early",
      { payload: signedChunks, damage: (content: Buffer) => content.subarray(0, -90) },
      "IncompleteBody",
    ],
    ["chunks of a new kind", { payload: "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD" }, "NotImplemented"],
    ["chunks that its signature does not know of", {}, "InvalidRequest"],
  ] as const) {
    it(`is refused for ${what}, and nothing is left`, async () => {
      const sandbox = await openStore();
      const { code } = await send(sandbox, { ...chunked, ...more } as Request);
      assert.equal(code, expected);
      assert.equal(await contentOf(sandbox, "a.jpg"), undefined);
      assert.deepEqual(await leftovers(sandbox.folder), []);
    });
  }
});

describe("an upload to the sandbox's store that breaks off", () => {
  afterEach(closeStores);

  /** Waits for what happens in the store when a connection is lost, of which nobody is told. */
  async function untilLeftovers(folder: string, count: number): Promise<void> {
    while ((await leftovers(folder)).length !== count) await sleep(2);
  }

  it("leaves nothing, and what was there before stays", async () => {
    const sandbox = await openStore();
    await send(sandbox, { ...put, body: digits });
    const { headers, content } = signed(sandbox, put);
    const outgoing = request(`${sandbox.url}${put.path}`, { method: "PUT", headers, agent: false });
    outgoing.on("error", () => {});
    outgoing.write(content.subarray(0, 20_000));
    await untilLeftovers(sandbox.folder, 1);
    outgoing.destroy();
    await untilLeftovers(sandbox.folder, 0);
    assert.deepEqual(await contentOf(sandbox, "a.jpg"), digits);
  });
});
