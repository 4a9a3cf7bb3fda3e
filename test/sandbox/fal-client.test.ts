import assert from "node:assert/strict";
import { ApiError, createFalClient, type FalClient, type QueueStatus, ValidationError } from "@fal-ai/client";
import sharp from "sharp";
import type { Sandbox } from "../../sandbox";
import { imageToImage, textToImage } from "./fal-support";
import { closeSandboxes, download, openSandbox } from "./support";

/** The official client with its addresses rewritten by its own request middleware, and nothing else changed. */
function clientFor({ addresses: { fal } }: Sandbox, credentials = "id:secret"): FalClient {
  const replacements = [
    ["https://queue.fal.run", fal.queueUrl],
    ["https://fal.run", fal.runUrl],
    ["https://rest.fal.ai", fal.restUrl],
  ] as const;
  return createFalClient({
    credentials,
    requestMiddleware: async (request) => {
      const [theirs, ours] = replacements.find(([host]) => request.url.startsWith(`${host}/`)) ?? [];
      assert.ok(theirs, `${new URL(request.url).host} is an address that the sandbox stands in for`);
      return { ...request, url: `${ours}${request.url.slice(theirs.length)}` };
    },
  });
}

const prompt = "a red lighthouse";

describe("fal's own client, pointed at the sandbox", () => {
  let sandbox: Sandbox;
  let client: FalClient;
  beforeEach(async () => {
    sandbox = await openSandbox();
    client = clientFor(sandbox);
  });
  afterEach(closeSandboxes);

  it("runs a model in one request", async () => {
    const accepted = sandbox.once("accepted");
    const { data, requestId } = await client.run(textToImage, { input: { prompt, seed: 3, image_size: "square" } });
    assert.deepEqual([data.seed, data.prompt, data.has_nsfw_concepts], [3, prompt, [false]]);
    assert.equal(requestId, (await accepted).id);
    const file = await download(data.images[0]?.url);
    assert.equal((await sharp(file.bytes).metadata()).width, 512);
  });

  it("subscribes with polling, and sees queue positions and the log", async () => {
    const updates: QueueStatus[] = [];
    const { data, requestId } = await client.subscribe(textToImage, {
      input: { prompt: `${prompt} [fault:long-queue=2]` },
      logs: true,
      pollInterval: 1,
      onQueueUpdate: (update) => updates.push(update),
    });
    assert.equal(data.images.length, 1);
    const positions = updates.flatMap((update) => (update.status === "IN_QUEUE" ? [update.queue_position] : []));
    assert.deepEqual(positions, [2, 1, 0]);
    const last = updates.at(-1);
    assert.ok(last?.status === "COMPLETED" && last.logs.length > 1);
    assert.equal(last.request_id, requestId);
    assert.equal(sandbox.ledger.charges(requestId), 1);
  });

  it("subscribes with streaming", async () => {
    const updates: QueueStatus[] = [];
    const { data } = await client.subscribe(textToImage, {
      input: { prompt: `${prompt} [fault:long-queue=1]` },
      mode: "streaming",
      logs: true,
      onQueueUpdate: (update) => updates.push(update),
    });
    assert.equal(data.images.length, 1);
    assert.equal(updates[0]?.status, "IN_QUEUE");
    assert.equal(updates.at(-1)?.status, "COMPLETED");
    assert.equal(sandbox.ledger.calls("stream"), 1);
    assert.equal(sandbox.ledger.calls("status"), 0);
  });

  it("submits, asks for the status, and collects the result", async () => {
    const finished = sandbox.once("finished");
    const { request_id: requestId } = await client.queue.submit(textToImage, { input: { prompt } });
    assert.deepEqual(await finished, { id: requestId });
    const { status } = await client.queue.status(textToImage, { requestId, logs: true });
    assert.equal(status, "COMPLETED");
    const result = await client.queue.result(textToImage, { requestId });
    assert.equal(result.requestId, requestId);
    assert.equal(result.data.images[0]?.content_type, "image/jpeg");
  });

  it("cancels", async () => {
    const { request_id: requestId } = await client.queue.submit(textToImage, {
      input: { prompt: `${prompt} [fault:never]` },
    });
    const cancelled = sandbox.once("cancelled");
    await client.queue.cancel(textToImage, { requestId });
    assert.deepEqual(await cancelled, { id: requestId });
    await assert.rejects(client.queue.result(textToImage, { requestId }), (error) => {
      assert.ok(error instanceof ApiError);
      return error.status === 499;
    });
  });

  it("uploads a picture, and makes another one from it", async () => {
    const bytes = await sharp({ create: { width: 96, height: 64, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const picture = new Blob([new Uint8Array(bytes)], { type: "image/png" });
    const image_url = await client.storage.upload(picture);
    assert.deepEqual((await download(image_url)).bytes, bytes);
    const { data } = await client.subscribe(imageToImage, { input: { prompt, image_url }, pollInterval: 1 });
    assert.deepEqual([data.images[0]?.width, data.images[0]?.height], [96, 64]);
    assert.equal(sandbox.ledger.calls("upload"), 1);
  });

  it("uploads what an input holds as bytes by itself", async () => {
    const bytes = await sharp({ create: { width: 96, height: 64, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const picture = new Blob([new Uint8Array(bytes)], { type: "image/png" });
    await client.run(imageToImage, { input: { prompt, image_url: picture } });
    assert.equal(sandbox.ledger.calls("upload-bytes"), 1);
  });

  it("hears of refusals as it does from the service", async () => {
    await assert.rejects(client.run(textToImage, { input: { prompt, num_images: 9 } }), (error) => {
      assert.ok(error instanceof ValidationError);
      assert.deepEqual(
        error.getFieldErrors("num_images").map(({ type }) => type),
        ["less_than_equal"],
      );
      return error.requestId !== "";
    });
    await assert.rejects(clientFor(sandbox, "bad:key").run(textToImage, { input: { prompt } }), (error) => {
      assert.ok(error instanceof ApiError);
      return error.status === 401;
    });
  });
});
