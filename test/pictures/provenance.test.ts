import assert from "node:assert/strict";
import fc from "fast-check";
import sharp from "sharp";
import { promptHash } from "../../lib/models/prompt-hash";
import type { Origin } from "../../lib/pictures/provenance/origin";
import { writeInto, writeIntoPassing } from "../../lib/pictures/provenance/write";
import { hashOf, pixelsOf, provenanceIn } from "../support/marked-pictures";
import { files, pngChunk, riff, riffChunk, withSegment } from "./files";

const origin: Origin = {
  promptHash: promptHash("a lighthouse at dusk"),
  seed: "7",
  model: "runware:107@1",
  provider: "runware",
  jobId: "5d3f1c9e-3f0a-4b57-9d6d-6d9f3a1f0b11",
  pictureIndex: 2,
  createdAt: Date.UTC(2026, 1, 3, 4, 5, 6, 789),
};

const written = (file: Buffer, of: Origin = origin): Buffer => {
  const { bytes, untouched } = writeInto(file, of);
  assert.equal(untouched, undefined);
  return bytes;
};

const ADDED = 'xmlns:flux="https://github.com/fluxwire/node-red-flux/ns/1.0/"';

/** The very same bytes come back, and why. */
const assertLeft = (file: Buffer, why: RegExp): void => {
  const { bytes, untouched = "" } = writeInto(file, origin);
  assert.match(untouched, why);
  assert.equal(bytes, file);
};

/** What comes of a file in pieces of this length. */
async function passed(file: Buffer, length: number, size: number | undefined = file.length) {
  async function* pieces() {
    for (let at = 0; at < file.length; at += length) yield file.subarray(at, at + length);
  }
  const { body, ...rest } = await writeIntoPassing({ body: pieces(), size }, origin);
  const out: Uint8Array[] = [];
  for await (const piece of body) out.push(piece);
  return { bytes: Buffer.concat(out), ...rest };
}

describe("a picture that says where it comes from", () => {
  for (const [name, make] of Object.entries(files)) {
    it(`tells it, with the same pixels, in the same size: ${name}`, async () => {
      const file = await make();
      const marked = written(file);
      assert.deepEqual(await provenanceIn(marked), {
        "xmp:CreatorTool": "@fluxwire/node-red-flux",
        "xmp:CreateDate": "2026-02-03T04:05:06.789Z",
        "Iptc4xmpExt:DigitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "flux:promptHash": hashOf("a lighthouse at dusk"),
        "flux:seed": "7",
        "flux:model": "runware:107@1",
        "flux:provider": "runware",
        "flux:jobId": "5d3f1c9e-3f0a-4b57-9d6d-6d9f3a1f0b11",
        "flux:pictureIndex": "2",
      });
      assert.equal(await pixelsOf(marked), await pixelsOf(file));
      const facts = async (picture: Buffer) => {
        const { xmp, xmpAsString, size, ...others } = await sharp(picture, { animated: true }).metadata();
        return others;
      };
      assert.deepEqual(await facts(marked), await facts(file), "profile, EXIF, alpha and frames stay");
    });

    it(`is the same however it comes, in pieces of any length: ${name}`, async () => {
      const file = await make();
      const marked = written(file);
      for (const length of [1, 7, 64, 4096, file.length]) {
        assert.deepEqual(await passed(file, length), { bytes: marked, size: marked.length }, `pieces of ${length}`);
      }
      assert.deepEqual(await passed(file, 100, undefined).then(({ bytes }) => bytes), marked, "of unknown length");
    });

    it(`says so once, however often it is written: ${name}`, async () => {
      const once = written(await make());
      assert.equal(written(once, { ...origin, jobId: "another" }), once);
    });
  }

  it("is the same however it comes, with much before its pixels", async () => {
    const profile = Buffer.alloc(60_000, "ICC_PROFILE");
    const jpeg = withSegment(
      withSegment(await (files["a baseline JPEG"] ?? assert.fail)(), 0xe2, profile),
      0xe2,
      profile,
    );
    assert.deepEqual((await passed(jpeg, 1000)).bytes, written(jpeg));
  });

  it("has its metadata where the formats want it", async () => {
    const png = written(await (files["a PNG"] ?? assert.fail)());
    assert.equal(png.toString("latin1", 37, 59), "iTXtXML:com.adobe.xmp\0");
    const length = png.readUInt32BE(33);
    assert.deepEqual(
      png.subarray(33, 45 + length),
      pngChunk("iTXt", png.subarray(41, 41 + length)),
      "with its checksum",
    );
    const jpeg = written(await (files["a JPEG with JFIF header"] ?? assert.fail)());
    assert.equal(jpeg.toString("latin1", 6, 10), "JFIF");
    assert.equal(jpeg.toString("latin1", 24, 53), "http://ns.adobe.com/xap/1.0/\0");
    const webp = written(await (files["a WEBP with profile and EXIF"] ?? assert.fail)());
    assert.equal(webp.readUInt32LE(4), webp.length - 8);
    assert.ok(webp.indexOf("EXIF") < webp.indexOf("XMP "));
  });

  it("carries any text: signs of XML, other scripts, what no XML may hold, seeds beyond the numbers", async () => {
    const of = { seed: "18446744073709551615", model: `<a b='1' c="2">&\r\n]]>`, provider: "灯台 🌊 \uD800\0\uFFFF" };
    const marked = written(await (files["a PNG"] ?? assert.fail)(), {
      ...origin,
      promptHash: promptHash("<Möwe> & 灯台 🌊"),
      ...of,
    });
    const told = await provenanceIn(marked);
    assert.equal(told?.["flux:seed"], "18446744073709551615");
    assert.equal(told?.["flux:model"], `&lt;a b='1' c="2"&gt;&amp;&#xD;\n]]&gt;`);
    assert.equal(told?.["flux:provider"], "灯台 🌊 \uFFFD\uFFFD\uFFFD");
    assert.equal(told?.["flux:promptHash"], hashOf("<Möwe> & 灯台 🌊"));
  });

  it("tells what is known, and no more", async () => {
    const marked = written(await (files["a PNG"] ?? assert.fail)(), {
      jobId: "the-job",
      pictureIndex: 0,
      model: "m".repeat(100_000),
    });
    assert.deepEqual(Object.keys((await provenanceIn(marked)) ?? {}), [
      "xmp:CreatorTool",
      "Iptc4xmpExt:DigitalSourceType",
      "flux:jobId",
      "flux:pictureIndex",
    ]);
  });

  it("keeps what stands behind its end, and mends nothing else", async () => {
    const trailing = Buffer.from("behind the end");
    for (const make of Object.values(files)) {
      const file = await make();
      const marked = written(Buffer.concat([file, trailing]));
      assert.deepEqual(marked, Buffer.concat([written(file), trailing]));
    }
  });

  it("may be a WEBP whose last chunk was not filled up to an even length", async () => {
    const content = (await (files["a lossless WEBP"] ?? assert.fail)()).subarray(20);
    const odd = content.length % 2 === 1 ? content : Buffer.concat([content, Buffer.alloc(1)]);
    const head = riffChunk("VP8L", odd).subarray(0, -1);
    const marked = written(riff(head));
    assert.equal((await provenanceIn(marked))?.["flux:seed"], "7");
    assert.equal(marked.readUInt32LE(4), marked.length - 8);
  });
});

describe("a picture that cannot say where it comes from", () => {
  it("stays as it is when it has XMP of somebody else, wherever that is", async () => {
    const xmp = Buffer.from("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>");
    for (const make of Object.values(files)) {
      const file = await sharp(await make(), { animated: true })
        .keepMetadata()
        .withXmp(xmp.toString())
        .toBuffer();
      assert.ok((await sharp(file).metadata()).xmp, "it has some");
      assertLeft(file, /^it has XMP metadata already$/);
      for (const length of [1, 64, file.length]) {
        const { bytes, untouched, size } = await passed(file, length);
        assert.deepEqual([bytes, size], [file, file.length]);
        assert.match(untouched ?? "", /XMP/);
      }
    }
    const png = await (files["a PNG"] ?? assert.fail)();
    const late = pngChunk("iTXt", Buffer.concat([Buffer.from("XML:com.adobe.xmp\0\0\0\0\0"), xmp]));
    assertLeft(Buffer.concat([png.subarray(0, -12), late, png.subarray(-12)]), /XMP/);
    const raw = pngChunk("zTXt", Buffer.from("Raw profile type xmp\0\0..."));
    assertLeft(Buffer.concat([png.subarray(0, 33), raw, png.subarray(33)]), /XMP/);
    const jpeg = await (files["a baseline JPEG"] ?? assert.fail)();
    assertLeft(withSegment(jpeg, 0xe1, Buffer.from("http://ns.adobe.com/xmp/extension/\0...")), /XMP/);
    const webp = (await (files["a lossy WEBP"] ?? assert.fail)()).subarray(12);
    assertLeft(riff(Buffer.concat([webp, riffChunk("XMP ", xmp)])), /XMP/);
  });

  it("stays as it is when it is of another format, or no picture", async () => {
    const gif = await sharp(await (files["a PNG"] ?? assert.fail)())
      .gif()
      .toBuffer();
    for (const file of [gif, Buffer.alloc(0), Buffer.from("no picture at all, but a text")]) {
      assertLeft(file, /^it is no PNG, JPEG or WEBP$/);
      assert.deepEqual((await passed(file, 3)).bytes, file);
    }
  });

  it("stays as it is when it was cut off anywhere", async () => {
    for (const [name, make] of Object.entries(files)) {
      const file = await make();
      const cuts = Array.from({ length: 60 }, (_, index) => Math.floor((index * (file.length - 2)) / 60) + 12);
      for (const cut of [...cuts, file.length - 1].filter((at) => at < file.length)) {
        const part = file.subarray(0, cut);
        const { bytes, untouched } = writeInto(part, origin);
        assert.deepEqual([bytes, untouched], [part, "its file is damaged or not complete"], `${name}, ${cut} bytes`);
      }
    }
  });

  it("is not taken for whole because there is a whole one inside, as a photograph's thumbnail is", async () => {
    const jpeg = await (files["a baseline JPEG"] ?? assert.fail)();
    const thumbnail = Buffer.concat([Buffer.from("Exif\0\0"), jpeg]);
    assertLeft(withSegment(jpeg, 0xe1, thumbnail).subarray(0, -100), /damaged or not complete/);
  });

  it("is stored in full when too much stands before its pixels to look through", async () => {
    const jpeg = await (files["a baseline JPEG"] ?? assert.fail)();
    const profile = Buffer.alloc(60_000, "ICC_PROFILE");
    const long = [1, 2, 3, 4, 5].reduce((file) => withSegment(file, 0xe2, profile), jpeg);
    const { bytes, untouched } = await passed(long, 10_000);
    assert.deepEqual([bytes, untouched], [long, "there are more than 256 kB before its pixels"]);
  });

  it("loses not a byte, whatever its header claims", async () => {
    const originals = await Promise.all(Object.values(files).map((make) => make()));
    const changes = fc.array(fc.tuple(fc.nat({ max: 120 }), fc.nat({ max: 255 })), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...originals), changes, fc.nat({ max: 2000 }), async (original, bytes, cut) => {
        const file = Buffer.from(original.subarray(0, original.length - cut));
        for (const [at, value] of bytes) if (at < file.length) file[at] = value;
        assertHolds(writeInto(file, origin).bytes, file);
        assertHolds((await passed(file, 100)).bytes, file);
      }),
      { numRuns: 1000 },
    );
  });
});

/** But for what was put into one place, and a WEBP's announcement of it, the file is the one that it was. */
function assertHolds(marked: Buffer, file: Buffer): void {
  if (marked.equals(file)) return;
  assert.ok(marked.includes(ADDED));
  const isRiff = file.toString("latin1", 0, 4) === "RIFF";
  const isSimple = isRiff && file.toString("latin1", 12, 16) !== "VP8X";
  const rest = isSimple ? Buffer.concat([marked.subarray(0, 12), marked.subarray(30)]) : Buffer.from(marked);
  if (isRiff) file.copy(rest, 4, 4, 8);
  if (isRiff && !isSimple) rest.writeUInt8((rest[20] ?? 0) & ~0x04, 20);
  const place = file.findIndex((byte, at) => byte !== rest[at]);
  const behind = place < 0 ? 0 : file.length - place;
  assert.ok(rest.subarray(rest.length - behind).equals(file.subarray(file.length - behind)), "nothing is gone");
}
