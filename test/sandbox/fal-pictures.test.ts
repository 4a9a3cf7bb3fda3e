import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import sharp from "sharp";
import { ask, detailsIn, imagesIn, imageToImage, run, type Told, upload } from "./fal-support";
import { admin, closeSandboxes, download, inference, openSandbox, post } from "./support";

const plain = (background: string, width = 96, height = 64): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

const asDataUri = (bytes: Buffer): string => `data:image/png;base64,${bytes.toString("base64")}`;

const fromPicture = (image_url: unknown, members = {}) => ({
  prompt: "a red lighthouse",
  image_url,
  output_format: "png",
  seed: 1,
  ...members,
});

const firstPicture = async (answer: Told): Promise<Buffer> => {
  assert.equal(answer.status, 200, answer.text);
  return (await download(imagesIn(answer)[0]?.url)).bytes;
};

describe("fal's storage in the sandbox", () => {
  afterEach(closeSandboxes);

  it("names an address to put a file to, and serves the same bytes to everybody, once", async () => {
    const sandbox = await openSandbox();
    const bytes = await plain("red");
    const uploaded = sandbox.once("uploaded");
    const address = await upload(sandbox, bytes);
    assert.ok(address.includes((await uploaded).id));
    const file = await download(address);
    assert.deepEqual([file.status, file.contentType], [200, "image/png"]);
    assert.deepEqual(file.bytes, bytes);
    assert.deepEqual([sandbox.ledger.calls("upload"), sandbox.ledger.calls("upload-bytes")], [1, 1]);
    assert.equal((await admin(sandbox, "GET", "state")).body.uploads, 1);
  });

  it("has no file before the bytes have come", async () => {
    const sandbox = await openSandbox();
    const { body } = await ask("POST", `${sandbox.addresses.fal.restUrl}/storage/upload/initiate`, {
      content_type: "image/png",
      file_name: "a.png",
    });
    assert.match(String(body.file_url), /\.png$/);
    assert.equal((await download(body.file_url)).status, 404);
  });

  it("refuses bytes that come with a key, without bytes, or to an address that nobody asked for", async () => {
    const sandbox = await openSandbox();
    const { body } = await ask("POST", `${sandbox.addresses.fal.restUrl}/storage/upload/initiate`, {
      content_type: "image/png",
      file_name: "a.png",
    });
    const put = (url: unknown, content: string, headers = {}) => ask("PUT", String(url), content, headers);
    assert.equal((await put(body.upload_url, "bytes", { authorization: "Key id:secret" })).status, 400);
    assert.equal((await put(body.upload_url, "")).status, 400);
    assert.equal((await put(`${sandbox.url}/fal/storage/${randomUUID()}`, "bytes")).status, 403);
    assert.equal((await ask("GET", String(body.upload_url), undefined, {})).status, 405);
    assert.equal((await download(body.file_url)).status, 404);
  });

  it("wants a key and both members to begin with", async () => {
    const sandbox = await openSandbox();
    const url = `${sandbox.addresses.fal.restUrl}/storage/upload/initiate`;
    const members = { content_type: "image/png", file_name: "a.png" };
    assert.equal((await ask("POST", url, members, {})).status, 401);
    const { status, body } = await ask("POST", url, { content_type: "image/png" });
    assert.equal(status, 422);
    assert.match(JSON.stringify(body.detail), /file_name/);
  });

  for (const type of ["text/html", "image/svg+xml", "image/png\r\nset-cookie: a=b"]) {
    it(`serves a file that was announced as ${JSON.stringify(type)} as plain bytes`, async () => {
      const sandbox = await openSandbox();
      const { body } = await ask("POST", `${sandbox.addresses.fal.restUrl}/storage/upload/initiate`, {
        content_type: type,
        file_name: "a.html",
      });
      const stored = await fetch(String(body.upload_url), { method: "PUT", body: Buffer.from("<script></script>") });
      assert.equal(stored.status, 200);
      const served = await fetch(String(body.file_url));
      assert.deepEqual([served.status, served.headers.get("content-type")], [200, "application/octet-stream"]);
    });
  }
});

describe("image to image at fal, in the sandbox", () => {
  afterEach(closeSandboxes);

  it("takes a data URI, an uploaded file and a picture of its own, and shows them small", async () => {
    const sandbox = await openSandbox();
    const red = await plain("#ff0000", 400, 300);
    const { data } = await post(sandbox, [inference({ width: 384, height: 256 })]);
    for (const [image_url, size] of [
      [asDataUri(red), [400, 300]],
      [await upload(sandbox, red), [400, 300]],
      [data[0]?.imageURL, [384, 256]],
    ] as const) {
      const answer = await run(sandbox, fromPicture(image_url), imageToImage);
      const { data: pixels, info } = await sharp(await firstPicture(answer))
        .raw()
        .toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height], size, "as large as the input");
      const corner = [...pixels.subarray((info.width - 2) * 3, (info.width - 1) * 3)];
      if (size[0] === 400) assert.deepEqual(corner, [255, 0, 0]);
    }
  });

  it("is the same for the same input, and another for another one or another strength", async () => {
    const sandbox = await openSandbox();
    const [red, blue] = [asDataUri(await plain("red")), asDataUri(await plain("blue"))];
    const picture = async (image_url: string, members = {}) =>
      firstPicture(await run(sandbox, fromPicture(image_url, members), imageToImage));
    const original = await picture(red);
    assert.deepEqual(await picture(red), original);
    assert.notDeepEqual(await picture(blue), original);
    assert.notDeepEqual(await picture(red, { strength: 0.5 }), original);
  });

  it("works without sharp", async () => {
    const sandbox = await openSandbox({ settings: { pngOnly: true } });
    const answer = await run(sandbox, fromPicture(asDataUri(await plain("red"))), imageToImage);
    assert.equal((await sharp(await firstPicture(answer)).metadata()).width, 96);
  });

  it("takes addresses elsewhere on trust", async () => {
    const sandbox = await openSandbox();
    const answer = await run(sandbox, fromPicture("https://example.com/cat.png"), imageToImage);
    assert.deepEqual([imagesIn(answer)[0]?.width, imagesIn(answer)[0]?.height], [1024, 1024]);
  });

  it("draws nothing larger than it can", async () => {
    const sandbox = await openSandbox();
    const wide = asDataUri(await plain("red", 8192, 16));
    const answer = await run(sandbox, fromPicture(wide), imageToImage);
    assert.deepEqual([imagesIn(answer)[0]?.width, imagesIn(answer)[0]?.height], [4096, 8]);
  });

  it("refuses what it cannot load", async () => {
    const sandbox = await openSandbox();
    const text = await upload(sandbox, Buffer.from("no picture at all"));
    for (const [image_url, type] of [
      [`${sandbox.url}/images/${randomUUID()}.png`, "file_download_error"],
      [`${sandbox.url}/elsewhere.png`, "file_download_error"],
      [randomUUID(), "file_download_error"],
      [(await plain("red")).toString("base64"), "file_download_error"],
      [text, "image_load_error"],
      ["data:image/png;base64,aGVsbG8gd29ybGQsIGhlbGxvIHdvcmxk", "image_load_error"],
    ] as const) {
      const answer = await run(sandbox, fromPicture(image_url), imageToImage);
      assert.equal(answer.status, 422, answer.text);
      const [found] = detailsIn(answer);
      assert.deepEqual([found?.loc, found?.type, found?.input], [["body", "image_url"], type, image_url]);
    }
    assert.equal(sandbox.ledger.spent, 0);
  });
});
