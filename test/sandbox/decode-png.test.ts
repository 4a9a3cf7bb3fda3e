import assert from "node:assert/strict";
import sharp from "sharp";
import { decodePng } from "../../sandbox/images/decode-png";
import { noisePng } from "../support/pictures";
import { onePixel } from "./support";

describe("a PNG file that the sandbox decodes without sharp", () => {
  const drawing = async () =>
    sharp(await noisePng(37)).composite([
      {
        input: await sharp({ create: { width: 20, height: 9, channels: 4, background: "#ff800080" } })
          .png()
          .toBuffer(),
        left: 5,
        top: 11,
        blend: "dest-out",
      },
    ]);

  for (const [kind, file] of [
    [
      "with eight bits for each colour",
      async () =>
        sharp(await noisePng(37))
          .png()
          .toBuffer(),
    ],
    ["with transparency", async () => (await drawing()).png().toBuffer()],
    ["with a palette", async () => (await drawing()).png({ palette: true, colours: 100 }).toBuffer()],
    ["with a palette of sixteen colours", async () => (await drawing()).png({ palette: true, colours: 16 }).toBuffer()],
    ["with a palette of two colours", async () => (await drawing()).png({ palette: true, colours: 2 }).toBuffer()],
    [
      "in greys",
      async () =>
        sharp(await noisePng(37))
          .greyscale()
          .png()
          .toBuffer(),
    ],
    ["in greys with transparency", async () => (await drawing()).toColourspace("b-w").png().toBuffer()],
    ["in several passes", async () => (await drawing()).png({ progressive: true }).toBuffer()],
    [
      "in several passes, with a palette",
      async () => (await drawing()).png({ progressive: true, palette: true, colours: 4 }).toBuffer(),
    ],
    ["with every filter", async () => (await drawing()).png({ adaptiveFiltering: true }).toBuffer()],
    ["of one pixel", async () => Buffer.from(onePixel, "base64")],
  ] as const) {
    it(`has the same pixels as with it: ${kind}`, async () => {
      const bytes = await file();
      const expected = await sharp(bytes)
        .toColourspace("srgb")
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const found = decodePng(bytes);
      assert.deepEqual([found?.width, found?.height], [expected.info.width, expected.info.height]);
      assert.deepEqual(found?.pixels, expected.data);
    });
  }

  it("may have sixteen bits for each colour", async () => {
    const bytes = await sharp(await noisePng(16))
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    assert.equal(bytes[24], 16);
    const expected = await sharp(await noisePng(16))
      .ensureAlpha()
      .raw()
      .toBuffer();
    const found = decodePng(bytes)?.pixels ?? Buffer.alloc(0);
    assert.equal(found.length, expected.length);
    for (const [at, value] of found.entries()) assert.ok(Math.abs(value - (expected[at] ?? 0)) <= 1);
  });

  it("is undefined when it is broken, no PNG, or claims to be vast", async () => {
    const file = await noisePng(16);
    const vast = Buffer.from(file);
    vast.writeUInt32BE(0x7fffffff, 16);
    for (const bytes of [file.subarray(0, 200), file.subarray(0, 20), Buffer.alloc(0), Buffer.alloc(100), vast]) {
      assert.equal(decodePng(bytes), undefined);
    }
  });
});
