import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { clientOf, closeStores, contentOf, leftovers, openStore, refusal, send } from "./s3-support";
import { admin } from "./support";

const object = { Bucket: "pictures", Key: "big.jpg" };
const fiveMiB = 5 * 1024 * 1024;
const long = randomBytes(fiveMiB);
const short = randomBytes(100);

interface Begun {
  upload: (PartNumber: number, Body: Buffer) => Promise<{ PartNumber: number; ETag: string | undefined }>;
  complete: (Parts: { PartNumber: number; ETag: string | undefined }[], more?: object) => Promise<unknown>;
  UploadId: string | undefined;
}

async function begin(client: S3Client, more: object = {}): Promise<Begun> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...object, ...more }));
  return {
    UploadId,
    upload: async (PartNumber, Body) => {
      const { ETag } = await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber, Body }));
      return { PartNumber, ETag };
    },
    complete: (Parts, conditions = {}) =>
      client.send(
        new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts }, ...conditions }),
      ),
  };
}

const md5 = (bytes: Buffer): Buffer => createHash("md5").update(bytes).digest();

describe("an upload in parts to the sandbox's store", () => {
  afterEach(closeStores);

  it("becomes one object, with what was said at its beginning", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox);
    const { upload, complete } = await begin(client, { ContentType: "image/jpeg", Metadata: { seed: "7" } });
    const stored = sandbox.once("stored");
    // In any order, and one of them twice.
    const parts = [await upload(7, short), await upload(2, short), await upload(2, long)];
    const { ETag } = (await complete([parts[2], parts[0]].filter((part) => part !== undefined))) as { ETag: string };
    assert.equal(ETag, `"${md5(Buffer.concat([md5(long), md5(short)])).toString("hex")}-2"`);
    assert.deepEqual(await stored, { bucket: "pictures", key: "big.jpg", size: fiveMiB + 100 });
    const found = await client.send(new GetObjectCommand(object));
    assert.deepEqual([found.ContentType, found.Metadata, found.ETag], ["image/jpeg", { seed: "7" }, ETag]);
    assert.deepEqual(Buffer.from((await found.Body?.transformToByteArray()) ?? []), Buffer.concat([long, short]));
    assert.deepEqual(await leftovers(sandbox.folder), []);
  });

  it("is listed with its parts while it is open, and in the admin interface", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox);
    const { upload, UploadId } = await begin(client);
    const { ETag } = await upload(3, short);
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: "pictures", Prefix: "b" }));
    assert.deepEqual(
      Uploads?.map((open) => [open.Key, open.UploadId]),
      [["big.jpg", UploadId]],
    );
    const { Parts } = await client.send(new ListPartsCommand({ ...object, UploadId }));
    assert.deepEqual(
      Parts?.map((part) => [part.PartNumber, part.ETag, part.Size]),
      [[3, ETag, 100]],
    );
    const state = (await admin(sandbox, "GET", "state")).body;
    assert.equal(state.openUploads, 1);
    assert.equal((state.calls as Record<string, number>).UploadPart, 1);
    assert.equal(await refusal(client.send(new HeadObjectCommand(object))), "404 NotFound");
  });

  it("leaves nothing when it is aborted, and is not known any more", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox);
    const { upload, complete, UploadId } = await begin(client);
    const part = await upload(1, short);
    const abort = () => client.send(new AbortMultipartUploadCommand({ ...object, UploadId }));
    await abort();
    assert.deepEqual(await leftovers(sandbox.folder), []);
    assert.equal(await refusal(abort()), "404 NoSuchUpload");
    assert.equal(await refusal(upload(1, short)), "404 NoSuchUpload");
    assert.equal(await refusal(complete([part])), "404 NoSuchUpload");
    const other = client.send(new AbortMultipartUploadCommand({ ...object, Key: "other", UploadId }));
    assert.equal(await refusal(other), "404 NoSuchUpload");
  });

  it("leaves nothing when it is aborted while it is completed, whichever wins", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox);
    const { upload, complete, UploadId } = await begin(client);
    const parts = [await upload(1, long), await upload(2, long)];
    const abort = client.send(new AbortMultipartUploadCommand({ ...object, UploadId }));
    const outcomes = await Promise.all([refusal(complete(parts)), refusal(complete(parts)), refusal(abort)]);
    for (const outcome of outcomes) assert.match(outcome, /^(no refusal|404 NoSuchUpload)$/);
    assert.deepEqual(await leftovers(sandbox.folder), []);
  });

  it("keeps S3's rules for parts, and stays open when one is broken", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox);
    const { upload, complete } = await begin(client);
    const [first, second, third] = [await upload(1, long), await upload(2, short), await upload(3, short)];
    assert.equal(await refusal(complete([second, first])), "400 InvalidPartOrder");
    assert.equal(await refusal(complete([first, first])), "400 InvalidPartOrder");
    assert.equal(await refusal(complete([{ ...first, ETag: second.ETag }])), "400 InvalidPart");
    assert.equal(await refusal(complete([first, { ...second, PartNumber: 9 }])), "400 InvalidPart");
    assert.equal(await refusal(complete([first, second, third])), "400 EntityTooSmall");
    assert.equal(await refusal(complete([])), "400 MalformedXML");
    assert.equal(await refusal(upload(0, short)), "400 InvalidArgument");
    assert.equal(await refusal(upload(10_001, short)), "400 InvalidArgument");
    await complete([first, second]);
    assert.equal((await contentOf(sandbox, "big.jpg"))?.length, fiveMiB + 100);
  });

  it("is not completed over an object where the request says so", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox);
    const [first, second] = [await begin(client), await begin(client)];
    const parts = [await first.upload(1, short), await second.upload(1, long)] as const;
    await first.complete([parts[0]], { IfNoneMatch: "*" });
    const again = second.complete([parts[1]], { IfNoneMatch: "*" });
    assert.equal(await refusal(again), "412 PreconditionFailed");
    assert.deepEqual(await contentOf(sandbox, "big.jpg"), short);
  });

  it("has the checksums that it was begun with", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox, { requestChecksumCalculation: "WHEN_SUPPORTED" });
    const { upload, complete } = await begin(client, { ChecksumAlgorithm: "CRC32" });
    const part = await upload(1, short);
    assert.equal(await refusal(complete([part])), "400 InvalidPart");
    const wrong = { ...part, ChecksumCRC32: "AAAAAA==" };
    assert.equal(await refusal(complete([wrong])), "400 InvalidPart");
  });

  for (const requestChecksumCalculation of ["WHEN_REQUIRED", "WHEN_SUPPORTED"] as const) {
    it(`takes a stream of unknown length from AWS's client, checksums ${requestChecksumCalculation}`, async () => {
      const sandbox = await openStore();
      const client = clientOf(sandbox, { requestChecksumCalculation });
      const whole = Buffer.concat([long, long, short]);
      const Body = Readable.from([whole.subarray(0, 3_000_000), whole.subarray(3_000_000)]);
      await new Upload({ client, params: { ...object, Body } }).done();
      assert.deepEqual(await contentOf(sandbox, "big.jpg"), whole);
      assert.equal(sandbox.ledger.calls("UploadPart"), 3);
    });
  }

  it("is aborted by AWS's client when its source breaks", async () => {
    const sandbox = await openStore();
    const source = (async function* () {
      yield long;
      yield long;
      throw new Error("the source broke");
    })();
    const upload = new Upload({ client: clientOf(sandbox), params: { ...object, Body: Readable.from(source) } });
    await assert.rejects(upload.done(), /the source broke/);
    assert.equal(sandbox.ledger.calls("AbortMultipartUpload"), 1);
    assert.deepEqual(await leftovers(sandbox.folder), []);
    assert.equal(await contentOf(sandbox, "big.jpg"), undefined);
  });

  it("is a document that can be read", async () => {
    const sandbox = await openStore();
    const { UploadId } = await begin(clientOf(sandbox));
    for (const text of ["", "no xml", "<CompleteMultipartUpload><Part></Part></CompleteMultipartUpload>"]) {
      const { code } = await send(sandbox, {
        method: "POST",
        path: `/s3/pictures/big.jpg?uploadId=${UploadId}`,
        body: Buffer.from(text),
      });
      assert.equal(code, "MalformedXML");
    }
  });
});
