import assert from "node:assert/strict";
import sharp from "sharp";
import { forgetPictures, keepPicture, picturesUnder } from "../../lib/node-red/preview/gallery";
import { lookAsItIs, lookOf } from "../../lib/node-red/preview/look";
import { noisePng } from "../support/pictures";

const MEGABYTE = 1024 * 1024;

describe("a picture on the canvas where no encoder is installed", () => {
  it("is its own thumbnail up to 1 MB", async () => {
    const bytes = await noisePng(100);
    const { small, large, problem, width } = lookAsItIs(bytes);
    assert.deepEqual([small?.bytes, large?.bytes, problem, width], [bytes, bytes, undefined, 100]);
  });

  it("has no thumbnail beyond that, and says why; it can be enlarged up to 2 MB", async () => {
    const some = lookAsItIs(await noisePng(700));
    assert.deepEqual([some.small, some.large?.contentType, some.problem], [undefined, "image/png", "noEncoder"]);
    const much = lookAsItIs(await noisePng(1000));
    assert.deepEqual([much.small, much.large, much.problem, much.width], [undefined, undefined, "noEncoder", 1000]);
  });

  it("is not passed to a browser when it claims to be vast, or is no picture", async () => {
    const vast = Buffer.from(await noisePng(16));
    vast.writeUInt32BE(60_000, 16);
    vast.writeUInt32BE(60_000, 20);
    for (const bytes of [vast, Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), Buffer.alloc(0)]) {
      const { small, large, problem } = lookAsItIs(bytes);
      assert.deepEqual([small, large, problem], [undefined, undefined, "unreadable"]);
    }
  });
});

describe("a picture on the canvas", () => {
  it("is made into one that every browser shows", async () => {
    const bytes = await sharp(await noisePng(64))
      .tiff()
      .toBuffer();
    const { small, large } = await lookOf(bytes, 32);
    assert.deepEqual([small?.contentType, large?.contentType], ["image/webp", "image/webp"]);
  });

  it("does not hold on to the Buffer that it was a part of", async () => {
    const picture = await noisePng(16);
    const whole = Buffer.concat([picture, Buffer.alloc(8 * MEGABYTE)]);
    const { large } = await lookOf(whole.subarray(0, picture.length), 32);
    assert.ok((large?.bytes.buffer.byteLength ?? 0) < MEGABYTE);
  });
});

describe("all large pictures of all preview nodes together", () => {
  const nodes = Array.from({ length: 40 }, (_, index) => `node${index}`);
  afterEach(() => nodes.forEach(forgetPictures));

  const keep = (node: string, number: number, count = 1): void => {
    const file = { bytes: Buffer.alloc(MEGABYTE), contentType: "image/png" } as const;
    const picture = { id: `${node}-${number}`, at: number, nsfw: false };
    keepPicture(node, node, { number, picture, details: {}, small: file, large: file }, count);
  };
  const withLarge = () => nodes.filter((node) => picturesUnder(node).some(({ large }) => large));

  it("take 32 MB at most: the oldest are shown small only", () => {
    for (const [number, node] of nodes.entries()) keep(node, number);
    assert.deepEqual(withLarge(), nodes.slice(8));
    assert.ok(nodes.every((node) => picturesUnder(node)[0]?.small));
  });

  it("give back what the pictures took that are not shown any more", () => {
    for (let number = 0; number < 100; number += 1) keep("node0", number, 2);
    for (const [number, node] of nodes.slice(1, 31).entries()) keep(node, 100 + number);
    assert.equal(withLarge().length, 31);
  });

  it("stay in their order when they were loaded in another", () => {
    for (const number of [3, 1, 2]) keep("node0", number, 2);
    assert.deepEqual(
      picturesUnder("node0").map(({ picture }) => picture.at),
      [2, 3],
    );
  });
});
