import assert from "node:assert/strict";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { thumbnailOf } from "../../lib/pictures/thumbnail";
import { noisePng } from "../support/pictures";

const red = { r: 200, g: 20, b: 20, alpha: 1 };

/** A picture of one colour. */
const plain = (width: number, height: number, alpha = 1) =>
  sharp({ create: { width, height, channels: 4, background: { ...red, alpha } } });

/** The four bytes of a number. */
const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const chunk = (name: string, body: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(name, "latin1"), body]);
  return Buffer.concat([word(body.length), named, word(crc32(named))]);
};

/** A grey PNG file that says it is of this size, and holds as many zeros as `rows` of it take. */
const claimed = (width: number, height: number, rows: number): Buffer =>
  Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", Buffer.concat([word(width), word(height), Buffer.from([8, 0, 0, 0, 0])])),
    chunk("IDAT", deflateSync(Buffer.alloc(rows * (1 + width)), { level: 1 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);

describe("a thumbnail", () => {
  for (const format of ["png", "jpeg", "webp", "gif", "tiff", "avif"] as const) {
    it(`is made of ${format}, with its proportions`, async () => {
      const thumbnail = await thumbnailOf(await plain(640, 320).toFormat(format).toBuffer(), 160);
      assert.deepEqual([thumbnail?.width, thumbnail?.height, thumbnail?.contentType], [160, 80, "image/webp"]);
      const { format: made, width, height } = await sharp(thumbnail?.bytes).metadata();
      assert.deepEqual([made, width, height], ["webp", 160, 80]);
      const [channel] = (await sharp(thumbnail?.bytes).stats()).channels;
      assert.ok(Math.abs((channel?.mean ?? 0) - red.r) < 8, `red is ${channel?.mean}`);
    });
  }

  it("keeps a picture that is small enough in its size", async () => {
    const thumbnail = await thumbnailOf(await plain(40, 30).png().toBuffer(), 160);
    assert.deepEqual([thumbnail?.width, thumbnail?.height], [40, 30]);
  });

  it("stands upright, and tells nothing of where a photograph was taken", async () => {
    const photograph = await plain(300, 100)
      .withExif({ IFD0: { Copyright: "somebody" } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const thumbnail = await thumbnailOf(photograph, 150);
    assert.deepEqual([thumbnail?.width, thumbnail?.height], [50, 150]);
    const { exif, orientation } = await sharp(thumbnail?.bytes).metadata();
    assert.deepEqual([exif, orientation], [undefined, undefined]);
  });

  it("stays transparent where the picture is", async () => {
    const thumbnail = await thumbnailOf(await plain(100, 100, 0).png().toBuffer(), 50);
    assert.equal((await sharp(thumbnail?.bytes).stats()).channels[3]?.max, 0);
  });

  it("is made of a file of the kind that the hostile ones below are", async () => {
    assert.equal((await thumbnailOf(claimed(100, 100, 100), 50))?.width, 50);
  });

  it("is made of each of many pictures that come at once", async () => {
    const picture = await noisePng(64);
    const made = await Promise.all(Array.from({ length: 8 }, () => thumbnailOf(picture, 32)));
    assert.deepEqual(
      made.map((thumbnail) => thumbnail?.width),
      Array.from({ length: 8 }, () => 32),
    );
  });
});

describe("what is no picture, or a hostile one, has no thumbnail", () => {
  const drawing =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>';
  const hostile: Record<string, () => Promise<Buffer> | Buffer> = {
    nothing: () => Buffer.alloc(0),
    text: () => Buffer.from("a small harbour town at dawn"),
    "a drawing, which could ask for files": () => Buffer.from(drawing),
    "a document": () => Buffer.from("%PDF-1.4\n1 0 obj<<>>endobj"),
    "a picture's first bytes, then garbage": () =>
      Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(1000, 7)]),
    "a JPEG that breaks off": async () => (await plain(400, 400).jpeg().toBuffer()).subarray(0, 500),
    "a file that claims to be vast": () => claimed(60_000, 60_000, 1),
    "a file that is vast when it is unpacked": () => claimed(8400, 8400, 8400),
    "a width of zero": () => claimed(0, 10, 1),
  };
  for (const [name, bytes] of Object.entries(hostile)) {
    it(name, async () => assert.equal(await thumbnailOf(await bytes(), 160), undefined));
  }

  it("and those after it have theirs", async () => {
    const [broken, whole] = await Promise.all([
      thumbnailOf(claimed(60_000, 60_000, 1), 160),
      thumbnailOf(await noisePng(32), 160),
    ]);
    assert.equal(broken, undefined);
    assert.equal(whole?.width, 32);
  });
});
