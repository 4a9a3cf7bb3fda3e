import assert from "node:assert/strict";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { Sandbox } from "../../sandbox";
import { clientOf, closeStores, contentOf, openStore, send } from "./s3-support";
import { download, type Item, inference, poll, post } from "./support";

/** Submits a job whose pictures go to a signed address, and waits for it to end. */
async function submit(sandbox: Sandbox, members: Item = {}): Promise<string> {
  const command = new PutObjectCommand({ Bucket: "pictures", Key: "direct.jpg" });
  const uploadEndpoint = await getSignedUrl(clientOf(sandbox), command);
  const task = inference({ deliveryMethod: "async", uploadEndpoint, ...members });
  const finished = sandbox.once("finished");
  assert.deepEqual((await post(sandbox, [task])).errors, []);
  await finished;
  return task.taskUUID;
}

describe("a picture that Runware's stand-in writes into a bucket by itself", () => {
  afterEach(closeStores);

  it("is told of before it is there, and gets there as it is, without a content type", async () => {
    const sandbox = await openStore();
    sandbox.configure({ uploadDelay: 60_000 });
    const id = await submit(sandbox);
    const [item] = (await poll(sandbox, id)).data;
    assert.equal(item?.status, "success");
    assert.equal(sandbox.ledger.calls("PutObject"), 0);

    sandbox.configure({ uploadDelay: 0 });
    const delivered = sandbox.once("delivered");
    const next = await submit(sandbox);
    assert.deepEqual(await delivered, { id: next, index: 0, outcome: "done" });
    const stored = await send(sandbox, { method: "GET", path: "/s3/pictures/direct.jpg" });
    assert.equal(stored.headers["content-type"], "binary/octet-stream");
    const [picture] = (await poll(sandbox, next)).data;
    assert.deepEqual(stored.body, (await download(picture?.imageURL)).bytes);
  });

  it("is written over by the job's next one: they have one address", async () => {
    const sandbox = await openStore();
    sandbox.configure({ uploadDelay: 0 });
    const last = sandbox.once("delivered", ({ index }) => index === 2);
    const id = await submit(sandbox, { numberResults: 3 });
    await last;
    assert.equal(sandbox.ledger.calls("PutObject"), 3);
    const { data } = await poll(sandbox, id);
    assert.deepEqual(await contentOf(sandbox, "direct.jpg"), (await download(data[2]?.imageURL)).bytes);
  });

  for (const [uploadDelivery, puts, outcome] of [
    ["twice", 2, "done"],
    ["never", 0, "given up"],
    ["refused", 0, "given up"],
  ] as const) {
    it(`gets there as the setting has it: ${uploadDelivery}`, async () => {
      const sandbox = await openStore();
      sandbox.configure({ uploadDelay: 0, uploadDelivery });
      const stored: string[] = [];
      sandbox.on("stored", ({ key }) => stored.push(key));
      const delivered = sandbox.once("delivered");
      const id = await submit(sandbox);
      assert.equal((await delivered).outcome, outcome);
      assert.equal(stored.length, puts);
      assert.equal((await poll(sandbox, id)).data[0]?.status, "success");
    });
  }

  it("is lost when the store refuses it, and nobody is told", async () => {
    const sandbox = await openStore();
    sandbox.configure({ uploadDelay: 0 });
    sandbox.arm("403", { call: "PutObject" });
    const delivered = sandbox.once("delivered");
    const id = await submit(sandbox);
    assert.equal((await delivered).outcome, "given up");
    assert.deepEqual((await poll(sandbox, id)).errors, []);
    assert.equal(await contentOf(sandbox, "direct.jpg"), undefined);
  });

  it("goes to this machine only", async () => {
    const sandbox = await openStore();
    sandbox.configure({ uploadDelay: 0 });
    const delivered = sandbox.once("delivered");
    await submit(sandbox, { uploadEndpoint: "https://pictures.example.com/direct.jpg" });
    assert.equal((await delivered).outcome, "given up");
  });
});
