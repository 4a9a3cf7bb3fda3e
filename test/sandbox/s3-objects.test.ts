import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { heldBytes } from "../support/garbage";
import { clientOf, closeStores, contentOf, leftovers, openStore, refusal, send, sendPlain } from "./s3-support";
import { admin, openSandbox } from "./support";

const Bucket = "pictures";
const Body = randomBytes(1000);

async function read(client: S3Client, Key: string): Promise<Buffer> {
  const found = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await found.Body?.transformToByteArray()) ?? []);
}

describe("an object in the sandbox's store", () => {
  afterEach(closeStores);

  it("comes back with everything that was said of it", async () => {
    const client = clientOf(await openStore());
    const said = {
      ContentType: "image/jpeg",
      CacheControl: "max-age=60",
      ContentDisposition: "inline",
      ContentLanguage: "de",
      ContentEncoding: "gzip",
      StorageClass: "STANDARD_IA",
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: "a-key",
      Metadata: { seed: "7", "job-id": "a b" },
    } as const;
    const stored = await client.send(
      new PutObjectCommand({ Bucket, Key: "a.jpg", Body, ...said, Tagging: "a=1&b=x%20y" }),
    );
    assert.equal(stored.ServerSideEncryption, "aws:kms");
    for (const Command of [GetObjectCommand, HeadObjectCommand]) {
      const { $metadata, ...found } = await client.send(new Command({ Bucket, Key: "a.jpg" }));
      assert.deepEqual(
        Object.fromEntries(Object.keys(said).map((name) => [name, found[name as keyof typeof found]])),
        said,
      );
      assert.equal(found.ContentLength, 1000);
      assert.equal(found.ETag, stored.ETag);
      assert.equal(found.TagCount, 2);
    }
    const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key: "a.jpg" }));
    assert.deepEqual(TagSet, [
      { Key: "a", Value: "1" },
      { Key: "b", Value: "x y" },
    ]);
  });

  it("gets new tags, and has at most ten", async () => {
    const client = clientOf(await openStore());
    await client.send(new PutObjectCommand({ Bucket, Key: "a.jpg", Body }));
    const tag = (TagSet: { Key: string; Value: string }[]) =>
      client.send(new PutObjectTaggingCommand({ Bucket, Key: "a.jpg", Tagging: { TagSet } }));
    const TagSet = [{ Key: "<a>", Value: "b & c" }];
    await tag(TagSet);
    assert.deepEqual((await client.send(new GetObjectTaggingCommand({ Bucket, Key: "a.jpg" }))).TagSet, TagSet);
    const many = Array.from({ length: 11 }, (_, index) => ({ Key: `${index}`, Value: "" }));
    assert.equal(await refusal(tag(many)), "400 InvalidTag");
    assert.deepEqual(await read(client, "a.jpg"), Body);
  });

  it("is refused with headers that S3 does not take, or that ask for more than the store can do", async () => {
    const sandbox = await openStore();
    for (const [name, value, expected] of [
      ["x-amz-storage-class", "CHEAP", "InvalidStorageClass"],
      ["x-amz-acl", "everybody", "InvalidArgument"],
      ["x-amz-server-side-encryption", "rot13", "InvalidEncryptionAlgorithmError"],
      ["x-amz-server-side-encryption-aws-kms-key-id", "a-key", "InvalidArgument"],
      ["x-amz-meta-long", "x".repeat(2045), "MetadataTooLarge"],
      ["x-amz-tagging", "a=1&a=2", "InvalidTag"],
      ["x-amz-copy-source", "/pictures/a.jpg", "NotImplemented"],
      ["x-amz-server-side-encryption-customer-algorithm", "AES256", "NotImplemented"],
      ["x-amz-grant-read", "id=1", "NotImplemented"],
      ["if-none-match", '"etag"', "NotImplemented"],
    ] as const) {
      const answer = await send(sandbox, { method: "PUT", path: "/s3/pictures/a.jpg", headers: { [name]: value } });
      assert.equal(answer.code, expected, name);
    }
    assert.equal(await contentOf(sandbox, "a.jpg"), undefined);
  });

  it("is shown in part", async () => {
    const sandbox = await openStore();
    await send(sandbox, { method: "PUT", path: "/s3/pictures/a.jpg", body: Body });
    for (const [range, start, end] of [
      ["bytes=0-0", 0, 1],
      ["bytes=10-19", 10, 20],
      ["bytes=990-2000", 990, 1000],
      ["bytes=990-", 990, 1000],
      ["bytes=-10", 990, 1000],
      ["bytes=-2000", 0, 1000],
    ] as const) {
      const found = await send(sandbox, { method: "GET", path: "/s3/pictures/a.jpg", headers: { range } });
      assert.equal(found.status, 206);
      assert.deepEqual(found.body, Body.subarray(start, end), range);
      assert.equal(found.headers["content-range"], `bytes ${start}-${end - 1}/1000`);
    }
    for (const range of ["bytes=1000-", "bytes=-0"]) {
      const { status, code } = await send(sandbox, { method: "GET", path: "/s3/pictures/a.jpg", headers: { range } });
      assert.deepEqual([status, code], [416, "InvalidRange"]);
    }
    const several = await send(sandbox, {
      method: "GET",
      path: "/s3/pictures/a.jpg",
      headers: { range: "bytes=0-1,5-6" },
    });
    assert.deepEqual([several.status, several.body], [200, Body]);
  });

  it("is not written over where the request says so, as the settings have it", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox);
    const put = (content: string) =>
      refusal(client.send(new PutObjectCommand({ Bucket, Key: "a.jpg", Body: content, IfNoneMatch: "*" })));
    assert.equal(await put("first"), "no refusal");
    assert.equal(await put("second"), "412 PreconditionFailed");
    sandbox.configure({ s3IfNoneMatch: "refused" });
    assert.equal(await put("third"), "501 NotImplemented");
    assert.equal((await read(client, "a.jpg")).toString(), "first");
    sandbox.configure({ s3IfNoneMatch: "ignored" });
    assert.equal(await put("fourth"), "no refusal");
    assert.equal((await read(client, "a.jpg")).toString(), "fourth");
  });

  it("is written by one only of many who must not write over it", async () => {
    const client = clientOf(await openStore());
    const put = (index: number) =>
      refusal(client.send(new PutObjectCommand({ Bucket, Key: "a.jpg", Body: `${index}`, IfNoneMatch: "*" })));
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => put(index)));
    assert.equal(outcomes.filter((outcome) => outcome === "no refusal").length, 1);
  });

  it("is shown on conditions, and with other headers when the address says so", async () => {
    const sandbox = await openStore();
    const { headers } = await send(sandbox, { method: "PUT", path: "/s3/pictures/a.jpg", body: Body });
    const etag = String(headers.etag);
    const get = async (more: Record<string, string>) =>
      (await send(sandbox, { method: "GET", path: "/s3/pictures/a.jpg", headers: more })).status;
    assert.equal(await get({ "if-none-match": etag }), 304);
    assert.equal(await get({ "if-none-match": '"other"' }), 200);
    assert.equal(await get({ "if-match": '"other"' }), 412);
    assert.equal(await get({ "if-modified-since": new Date().toUTCString() }), 304);
    const path = "/s3/pictures/a.jpg?response-content-disposition=attachment%3B%20filename%3Da.jpg";
    const shown = await send(sandbox, { method: "GET", path });
    const broken = await send(sandbox, { method: "GET", path: path.replace("%20", "%0D%0Aset-cookie:%20") });
    assert.deepEqual([broken.status, broken.code], [400, "InvalidArgument"]);
    assert.equal(shown.headers["content-disposition"], "attachment; filename=a.jpg");
  });

  it("is gone when it was deleted, which may be done again", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox);
    await client.send(new PutObjectCommand({ Bucket, Key: "a/b/c.jpg", Body }));
    for (let time = 0; time < 2; time++) await client.send(new DeleteObjectCommand({ Bucket, Key: "a/b/c.jpg" }));
    assert.equal(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: "a/b/c.jpg" }))), "404 NotFound");
    assert.equal(await refusal(client.send(new GetObjectCommand({ Bucket, Key: "a/b/c.jpg" }))), "404 NoSuchKey");
    assert.deepEqual(await readdir(join(sandbox.folder, "pictures")), []);
  });

  it("is announced when it is stored", async () => {
    const sandbox = await openStore();
    const stored = sandbox.once("stored");
    await send(sandbox, { method: "PUT", path: "/s3/pictures/a/b.jpg", body: Body });
    assert.deepEqual(await stored, { bucket: "pictures", key: "a/b.jpg", size: 1000 });
    assert.equal(sandbox.ledger.calls("PutObject"), 1);
  });
});

const strangeKeys = [
  "with space/ü ö ß/😀+😀.jpg",
  "a+b=c&d;e,f:g@h!i'j(k)*~.jpg",
  "../../etc/passwd",
  "a/../../b",
  "./.",
  "..",
  "/leading//double/trailing/",
  "back\\slash",
  "%2e%2e/100%",
  "new\nline\t\u0001\u007f",
  "nul\u0000byte",
  "CON/aux.jpg",
  "ends with dot.",
  `${"long/".repeat(200)}${"x".repeat(24)}`,
  "ü".repeat(512),
  "Case.jpg",
  "case.JPG",
  "a",
  "a/b",
  "a/b/c",
  "%spare/x",
  ".sandbox/buckets",
  "<&>\"'",
];

describe("keys in the sandbox's store", () => {
  afterEach(closeStores);

  it("may be anything of up to 1,024 bytes; each has its own object, in a file inside the bucket's folder", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox);
    for (const [index, Key] of strangeKeys.entries()) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body: `object ${index}` }));
    }
    for (const [index, Key] of strangeKeys.entries()) {
      assert.equal((await read(client, Key)).toString(), `object ${index}`, Key);
    }
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" }));
    const keys = Contents.map((object) => decodeURIComponent(String(object.Key)));
    assert.deepEqual(
      keys,
      [...strangeKeys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    const files = await readdir(join(sandbox.folder, "pictures"), { recursive: true, withFileTypes: true });
    assert.equal(files.filter((file) => file.isFile()).length, strangeKeys.length);
    assert.deepEqual((await readdir(sandbox.folder)).sort(), [".sandbox", "pictures"]);
    for (const Key of strangeKeys) await client.send(new DeleteObjectCommand({ Bucket, Key }));
    assert.deepEqual(await readdir(join(sandbox.folder, "pictures")), []);
  });

  it("are too long from 1,025 bytes on", async () => {
    const sandbox = await openStore();
    for (const key of ["x".repeat(1025), "%C3%BC".repeat(513)]) {
      const { status, code } = await send(sandbox, { method: "PUT", path: `/s3/pictures/${key}` });
      assert.deepEqual([status, code], [400, "KeyTooLongError"]);
    }
    assert.equal((await send(sandbox, { method: "PUT", path: "/s3/pictures/%E0%A4%A" })).code, "InvalidURI");
  });

  it("are where a human finds them", async () => {
    const sandbox = await openStore();
    await send(sandbox, { method: "PUT", path: "/s3/pictures/runware/2026-11/a%20b-%C3%BC.jpg", body: Body });
    assert.deepEqual(await readFile(join(sandbox.folder, "pictures/runware/2026-11/a b-ü.jpg")), Body);
  });

  it("have no object any more when somebody took the file away", async () => {
    const sandbox = await openStore();
    await send(sandbox, { method: "PUT", path: "/s3/pictures/a.jpg", body: Body });
    await rm(join(sandbox.folder, "pictures/a.jpg"));
    assert.equal((await send(sandbox, { method: "GET", path: "/s3/pictures/a.jpg" })).code, "NoSuchKey");
  });
});

describe("buckets in the sandbox's store", () => {
  afterEach(closeStores);

  it("are made, found and, when they are empty, deleted", async () => {
    const client = clientOf(await openStore());
    const another = { Bucket: "another.one-2" };
    assert.equal(await refusal(client.send(new HeadBucketCommand(another))), "404 NotFound");
    await client.send(new CreateBucketCommand(another));
    await client.send(new CreateBucketCommand(another));
    await client.send(new HeadBucketCommand(another));
    await client.send(new PutObjectCommand({ ...another, Key: "a.jpg", Body }));
    assert.equal(await refusal(client.send(new DeleteBucketCommand(another))), "409 BucketNotEmpty");
    await client.send(new DeleteObjectCommand({ ...another, Key: "a.jpg" }));
    await client.send(new DeleteBucketCommand(another));
    assert.equal(
      await refusal(client.send(new PutObjectCommand({ ...another, Key: "a.jpg", Body }))),
      "404 NoSuchBucket",
    );
  });

  it("are made on first use where that is set, by the right key only", async () => {
    const sandbox = await openStore();
    sandbox.configure({ s3AutoCreate: true, s3PublicRead: true });
    assert.equal((await sendPlain(`${sandbox.s3.endpoint}/other/a.jpg`, "GET")).code, "NoSuchBucket");
    const client = clientOf(sandbox);
    await client.send(new PutObjectCommand({ Bucket: "other", Key: "a.jpg", Body }));
    assert.deepEqual((await sendPlain(`${sandbox.s3.endpoint}/other/a.jpg`, "GET")).body, Body);
  });

  it("have names that lead nowhere else", async () => {
    const sandbox = await openStore();
    sandbox.configure({ s3AutoCreate: true });
    for (const name of ["..", ".sandbox", "a", "A-Bucket", "a..b", "a_b", "x".repeat(64), "a%2F..%2Fb", "ends-"]) {
      const { code } = await send(sandbox, { method: "PUT", path: `/s3/${name}/a.jpg`, body: Body });
      assert.equal(code, "InvalidBucketName", name);
    }
    assert.deepEqual((await readdir(sandbox.folder)).sort(), [".sandbox", "pictures"]);
  });

  it("are listed in pages, by beginnings and in folders", async () => {
    const client = clientOf(await openStore());
    for (const Key of ["a/1", "a/2", "a/b/3", "b", "c/4"]) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    }
    const list = (more: object) => client.send(new ListObjectsV2Command({ Bucket, ...more }));
    const top = await list({ Delimiter: "/" });
    assert.deepEqual(
      top.Contents?.map(({ Key }) => Key),
      ["b"],
    );
    assert.deepEqual(
      top.CommonPrefixes?.map(({ Prefix }) => Prefix),
      ["a/", "c/"],
    );
    assert.deepEqual((await list({ Prefix: "a/", Delimiter: "/" })).CommonPrefixes, [{ Prefix: "a/b/" }]);
    const keys: unknown[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await list({ MaxKeys: 2, ContinuationToken });
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    assert.deepEqual(keys, ["a/1", "a/2", "a/b/3", "b", "c/4"]);
    assert.equal((await list({ StartAfter: "b" })).KeyCount, 1);
  });
});

describe("the sandbox's store", () => {
  afterEach(closeStores);

  it("answers what it cannot do with an error in S3's form", async () => {
    const sandbox = await openStore();
    for (const [method, path] of [
      ["GET", "/s3/pictures?acl"],
      ["GET", "/s3/pictures"],
      ["PUT", "/s3/pictures?versioning"],
      ["POST", "/s3/pictures?delete"],
      ["GET", "/s3/pictures/a.jpg?torrent"],
      ["GET", "/s3/"],
    ] as const) {
      const answer = await send(sandbox, { method, path });
      assert.deepEqual([answer.status, answer.code], [501, "NotImplemented"], path);
      assert.match(answer.text, /^<\?xml [^>]*>\n<Error><Code>\w+<\/Code><Message>[^<]+<\/Message>.*<RequestId>\w+</);
      assert.equal(answer.headers["content-type"], "application/xml");
      assert.ok(Date.parse(answer.headers.date ?? ""));
      assert.ok(answer.headers["x-amz-request-id"]);
    }
  });

  it("keeps objects, tags and open uploads through a restart", async () => {
    const before = await openStore();
    await send(before, {
      method: "PUT",
      path: "/s3/pictures/a/b.jpg",
      body: Body,
      headers: { "x-amz-tagging": "a=1" },
    });
    const { text } = await send(before, { method: "POST", path: "/s3/pictures/big.jpg?uploads" });
    const id = /<UploadId>([^<]+)/.exec(text)?.[1];
    await send(before, { method: "PUT", path: `/s3/pictures/big.jpg?partNumber=1&uploadId=${id}`, body: Body });
    await before.close();
    const after = await openSandbox({ s3Directory: before.folder, settings: { s3AutoCreate: false } });
    assert.deepEqual(await contentOf(after, "a/b.jpg"), Body);
    assert.match((await send(after, { method: "GET", path: "/s3/pictures/a/b.jpg?tagging" })).text, /<Key>a<\/Key>/);
    const parts = await send(after, { method: "GET", path: `/s3/pictures/big.jpg?uploadId=${id}` });
    assert.match(parts.text, /<PartNumber>1<\/PartNumber>.*<Size>1000<\/Size>/);
  });

  it("is emptied by a reset, also of what an earlier sandbox left; somebody else's files stay", async () => {
    const before = await openStore();
    await send(before, { method: "PUT", path: "/s3/pictures/a.jpg", body: Body });
    await send(before, { method: "POST", path: "/s3/pictures/b.jpg?uploads" });
    await writeFile(join(before.folder, "pictures/mine.txt"), "mine");
    await before.close();
    const after = await openSandbox({ s3Directory: before.folder });
    assert.equal((await admin(after, "GET", "state")).body.openUploads, 1);
    after.reset();
    assert.equal((await admin(after, "GET", "state")).body.openUploads, 0);
    assert.equal(await contentOf(after, "a.jpg"), undefined);
    assert.deepEqual(await leftovers(before.folder), []);
    assert.deepEqual(await readdir(join(before.folder, "pictures")), ["mine.txt"]);
  });

  it("goes with a sandbox that has no folder for it", async () => {
    const { TMPDIR } = process.env;
    const { folder } = await openStore();
    process.env.TMPDIR = folder;
    try {
      const sandbox = await openSandbox();
      await send(sandbox, { method: "PUT", path: "/s3/pictures/a.jpg", body: Body });
      const names = async () => (await readdir(folder)).filter((name) => name.startsWith("flux-sandbox-s3-"));
      assert.equal((await names()).length, 1);
      await sandbox.close();
      assert.deepEqual(await names(), []);
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
  });

  it("lies in the data directory of a sandbox that has one", async () => {
    const { folder } = await openStore();
    const sandbox = await openSandbox({ dataDirectory: folder });
    await send(sandbox, { method: "PUT", path: "/s3/pictures/a.jpg", body: Body });
    assert.deepEqual(await readFile(join(folder, "s3/pictures/a.jpg")), Body);
  });

  it("takes and gives 64 MB without holding them", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox);
    const { Readable } = await import("node:stream");
    const piece = randomBytes(64 * 1024);
    const count = 1024;
    // Half a second each in a process that has run all other tests: where most would be held, and no more often.
    const before = heldBytes();
    const held: number[] = [];
    const watch = () => void held.push(heldBytes() - before);
    const pieces = async function* () {
      for (let index = 1; index <= count; index++) {
        yield piece;
        if (index === count / 2 || index === count) watch();
      }
    };
    await client.send(
      new PutObjectCommand({ Bucket, Key: "big", Body: Readable.from(pieces()), ContentLength: count * piece.length }),
    );
    const found = await client.send(new GetObjectCommand({ Bucket, Key: "big" }));
    let size = 0;
    for await (const bytes of found.Body as AsyncIterable<Buffer>) {
      const isHalf = size < (count / 2) * piece.length && size + bytes.length >= (count / 2) * piece.length;
      size += bytes.length;
      if (isHalf) watch();
    }
    assert.equal(size, count * piece.length);
    assert.equal(held.length, 3);
    assert.ok(Math.max(...held) < 20 * 1024 * 1024, `${held.join(", ")} bytes`);
  });
});
