import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { clientOf, closeStores, contentOf, leftovers, openStore, refusal, send } from "./s3-support";
import { admin } from "./support";

const object = { Bucket: "pictures", Key: "a.jpg" };
const Body = randomBytes(200_000);

describe("a fault that is armed for the sandbox's store", () => {
  afterEach(closeStores);

  for (const [fault, expected] of [
    ["401", "401 Unauthorized"],
    ["403", "403 AccessDenied"],
    ["429", "429 TooManyRequests"],
    ["500", "500 InternalError"],
    ["503", "503 SlowDown"],
    ["504", "504 GatewayTimeout"],
    ["denied", "403 AccessDenied"],
    ["expired-token", "400 ExpiredToken"],
    ["clock-skew", "403 RequestTimeTooSkewed"],
    ["full", "507 InsufficientStorage"],
    ["full=quota", "403 QuotaExceeded"],
  ] as const) {
    it(`${fault} refuses, and nothing is stored`, async () => {
      const sandbox = await openStore();
      sandbox.arm(fault, { call: "PutObject" });
      const client = clientOf(sandbox);
      const put = () => refusal(client.send(new PutObjectCommand({ ...object, Body })));
      assert.equal(await put(), expected);
      assert.equal(await contentOf(sandbox, "a.jpg"), undefined);
      assert.deepEqual(await leftovers(sandbox.folder), []);
      assert.equal(await put(), "no refusal");
    });
  }

  it("happens as often as it was armed, and the client may try again", async () => {
    const sandbox = await openStore();
    // After 503 the client waits for half a second or more.
    sandbox.arm("500", { call: "PutObject", count: 2 });
    await clientOf(sandbox, { maxAttempts: 3 }).send(new PutObjectCommand({ ...object, Body }));
    assert.equal(sandbox.ledger.calls("PutObject"), 3);
    assert.deepEqual(await contentOf(sandbox, "a.jpg"), Body);
  });

  for (const fault of ["drop", "reset"]) {
    it(`${fault} ends the connection, and leaves nothing`, async () => {
      const sandbox = await openStore();
      sandbox.arm(fault, { call: "PutObject" });
      await assert.rejects(send(sandbox, { method: "PUT", path: "/s3/pictures/a.jpg", body: Body }), {
        code: "ECONNRESET",
      });
      assert.equal(await contentOf(sandbox, "a.jpg"), undefined);
      assert.deepEqual(await leftovers(sandbox.folder), []);
    });
  }

  it("lost-answer stores, and does not say so", async () => {
    const sandbox = await openStore();
    for (const fault of ["lost-answer", "cut"]) {
      sandbox.arm(fault, { call: "PutObject" });
      const body = Buffer.from(fault);
      await assert.rejects(send(sandbox, { method: "PUT", path: "/s3/pictures/a.jpg", body }), { code: "ECONNRESET" });
      assert.deepEqual(await contentOf(sandbox, "a.jpg"), body);
    }
  });

  it("cut sends half of an object", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox);
    await client.send(new PutObjectCommand({ ...object, Body }));
    sandbox.arm("cut", { call: "GetObject" });
    const found = await client.send(new GetObjectCommand(object));
    assert.equal(found.ContentLength, Body.length);
    let size = 0;
    await assert.rejects(async () => {
      for await (const piece of found.Body as AsyncIterable<Buffer>) size += piece.length;
    });
    assert.ok(size <= Body.length / 2, `${size} bytes`);
  });

  it("slow keeps the answer back for so long", async () => {
    const sandbox = await openStore();
    sandbox.arm("slow=60", { call: "HeadBucket" });
    const arrived = sandbox.once("request");
    let isAnswered = false;
    const slow = send(sandbox, { method: "HEAD", path: "/s3/pictures" }).finally(() => {
      isAnswered = true;
    });
    await arrived;
    await send(sandbox, { method: "HEAD", path: "/s3/pictures" });
    assert.equal(isAnswered, false);
    await Promise.allSettled([sandbox.close(), slow]);
  });

  it("meets one operation of an upload in parts", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox, { maxAttempts: 2 });
    const body = Buffer.concat([randomBytes(6_000_000), Body]);
    for (const [call, fault] of [
      ["CreateMultipartUpload", "500"],
      ["UploadPart", "reset"],
      ["CompleteMultipartUpload", "500"],
    ] as const) {
      sandbox.arm(fault, { call });
      await new Upload({ client, params: { ...object, Body: body } }).done();
      assert.deepEqual(await contentOf(sandbox, "a.jpg"), body);
    }
    assert.deepEqual((await admin(sandbox, "GET", "faults")).body, { armed: [] });
  });

  it("of a store does not befall the services", async () => {
    const sandbox = await openStore();
    sandbox.arm("full");
    const answer = await fetch(`${sandbox.url}/v1`, {
      method: "POST",
      headers: { authorization: "Bearer key" },
      body: JSON.stringify([{ taskType: "ping" }]),
    });
    assert.equal(answer.status, 200);
    const { code } = await send(sandbox, { method: "PUT", path: "/s3/pictures/a.jpg", body: Body });
    assert.equal(code, "InsufficientStorage");
  });
});
