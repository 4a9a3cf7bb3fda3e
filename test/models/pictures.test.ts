import assert from "node:assert/strict";
import { image } from "../../lib/models/formats";
import { kontext } from "../../lib/models/kontext";
import type { Leaf } from "../../lib/models/model";
import { pictureSize, pictureType } from "../../lib/models/picture";
import { publicRequest } from "../../lib/models/public-request";
import { srpo } from "../../lib/models/srpo";
import { formHint } from "../../lib/models/wording/form-hint";
import { picture, png, prepare, refusal, refusedParameters } from "./support";

const bytes = (hex: string): Buffer => Buffer.concat([Buffer.from(hex.replaceAll(" ", ""), "hex"), Buffer.alloc(32)]);

const files = {
  "image/png": png(640, 480),
  // SOI, an APP0 segment, then a progressive frame of 480 lines of 640 pixels.
  "image/jpeg": bytes("ffd8 ffe0 0010 4a46494600010100000100010000 ffc2 0011 08 01e0 0280 03"),
  "image/gif": bytes("474946383961 8002 e001"),
  "image/webp": bytes("52494646 00000000 57454250 56503858 0a000000 00000000 7f0200 df0100"),
  "image/bmp": bytes("424d 36000000 0000 0000 36000000 28000000"),
  "image/tiff": bytes("49492a00 08000000 0000 0000"),
  "image/avif": bytes("0000001c 66747970 61766966 00000000"),
};
const lossy = bytes("52494646 00000000 57454250 56503820 00000000 000000 9d012a 8002 e001");
const lossless = bytes(`52494646 00000000 57454250 5650384c 00000000 2f ${littleEndianHex(639 + 479 * 0x4000)}`);

function littleEndianHex(value: number): string {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer.toString("hex");
}

describe("a picture's bytes", () => {
  for (const [type, file] of Object.entries(files)) {
    it(`tell that it is ${type}, whatever a header says`, () => {
      assert.equal(pictureType(file), type);
      assert.ok(image(file.toString("base64")));
    });
  }

  it("tell its size", () => {
    const size = { width: 640, height: 480 };
    for (const type of ["image/png", "image/jpeg", "image/gif", "image/webp"] as const) {
      assert.deepEqual(pictureSize(files[type]), size, type);
    }
    assert.deepEqual(pictureSize(lossy), size);
    assert.deepEqual(pictureSize(lossless), size);
    assert.equal(pictureSize(files["image/bmp"]), undefined);
    assert.equal(pictureSize(Buffer.from("no picture at all")), undefined);
  });

  it("are never read beyond their end", () => {
    for (const file of [...Object.values(files), lossy, lossless]) {
      for (let length = 0; length < file.length; length++) pictureSize(file.subarray(0, length));
    }
  });
});

describe("an image parameter", () => {
  for (const value of [
    picture.url,
    picture.uuid,
    "HTTPS://EXAMPLE.COM/A.PNG",
    "http://[::1]:8080/a?b=c&d=%20",
    "data:image/png;base64,AAAA",
    files["image/jpeg"].toString("base64"),
  ]) {
    it(`may be ${value.slice(0, 40)}`, () => {
      assert.deepEqual(prepare(srpo, { inputs: { seedImage: value } }).request.inputs, { seedImage: value });
    });
  }

  for (const value of [
    ...["hello world", "lighthouse", "/etc/passwd", "home/me/pictures/lighthouse", "C:\\lighthouse.png", "", "AAAA"],
    ...["QkFTRTY0", "BMW", "ftp://example.com/a.png", "file:///etc/passwd", "https://", "https:// example.com/a"],
    ...[
      "data:text/html;base64,AAAA",
      "data:image/png,AAAA",
      "data:image/svg+xml;base64,AAAA",
      "data:image/png;base64,",
    ],
    ...[`${files["image/jpeg"].toString("base64")} `, "data:image/png;base64,AA\nAA"],
  ]) {
    it(`may not be ${JSON.stringify(value).slice(0, 40)}`, () => {
      assert.deepEqual(refusedParameters(srpo, { inputs: { seedImage: value } }), ["inputs.seedImage"]);
    });
  }

  for (const { form, value } of [
    { form: "base64", value: files["image/jpeg"].toString("base64").replace(/.{20}/g, "$&\n") },
    { form: "base64 at the end of a file", value: `${files["image/jpeg"].toString("base64")}\n` },
    { form: "a data URI", value: "data:image/png;base64,AA AA" },
    { form: "large base64", value: png(8, 8, 1e6).toString("base64").replace(/.{76}/g, "$&\r\n") },
  ]) {
    it(`that has line breaks or spaces is told to leave them out (${form})`, () => {
      const { message, cause } = refusal(srpo, { inputs: { seedImage: value } });
      assert.match(message, /must come without line breaks or spaces\. Nothing was sent/);
      assert.equal(cause.violations.length, 1);
    });
  }

  it("that is no picture is described, never quoted", () => {
    const { message, cause } = refusal(srpo, { inputs: { seedImage: "hello world" } });
    assert.match(message, /^inputs\.seedImage is text of 11 characters, but must be a picture/);
    assert.ok(!JSON.stringify(cause).includes("hello"));
  });

  it("may be a Buffer or any bytes, which become a data URI", () => {
    const file = files["image/jpeg"];
    const sent = { seedImage: `data:image/jpeg;base64,${file.toString("base64")}` };
    assert.deepEqual(prepare(srpo, { inputs: { seedImage: file } }).request.inputs, sent);
    assert.deepEqual(prepare(srpo, { seedImage: new Uint8Array(file) }).request.inputs, sent);
  });

  it("may not be a Buffer of something else", () => {
    const { message } = refusal(srpo, { inputs: { seedImage: Buffer.from("no picture at all") } });
    assert.match(message, /inputs\.seedImage is a Buffer of 17 bytes that is no picture/);
  });

  for (const size of [64, 300_000]) {
    const image = JSON.parse(JSON.stringify(png(8, 8, size)));
    const says = /is a Buffer that went through JSON; Buffer\.from\(\.\.\.\) makes it a Buffer again\./;

    it(`that went through JSON is told so (${size} bytes)`, () => {
      for (const flux of [{ inputs: { seedImage: image } }, { seedImage: image }, { pulid: { images: [image] } }]) {
        const { message, cause } = refusal(srpo, flux);
        assert.match(message, says);
        assert.equal(cause.violations.length, 1);
        assert.equal(cause.violations[0]?.value, "a Buffer that went through JSON");
      }
      const masked = { inputs: { seedImage: picture.url, maskImage: image }, maskMargin: 40 };
      assert.deepEqual(refusedParameters(srpo, masked), ["inputs.maskImage"]);
    });

    it(`that went through JSON is told so where "Image from" points at it (${size} bytes)`, () => {
      for (const model of [srpo, kontext]) {
        const { message } = refusal(model, {}, { image: { value: image, source: "Image from (msg.image)" } });
        assert.match(message, says);
        assert.ok(message.startsWith("Image from (msg.image) is a Buffer"), message);
      }
    });

    it(`that went through JSON is told so elsewhere, too (${size} bytes)`, () => {
      assert.match(refusal(srpo, { future: image }).message, /has no future/);
      assert.match(refusal(srpo, { a: { future: image } }, { allowUnknown: true }).message, says);
      assert.match(refusal(srpo, { steps: image }).message, /^steps is a Buffer that went through JSON, but must be/);
      assert.match(refusal(srpo, image).message, /^msg\.flux is a Buffer that went through JSON, but must be/);
    });
  }

  for (const { value, says } of [
    { value: "https://example.com/my house.jpg", says: /a space is %20/ },
    { value: "https://example.com/münchen.jpg", says: /percent-encode/ },
    { value: "https://münchen.example/a.jpg", says: /percent-encode/ },
    { value: `${picture.url}\n`, says: /leave out the white space around it/ },
    { value: ` ${picture.uuid}`, says: /leave out the white space around it/ },
  ]) {
    it(`that is nearly an address is told what is in the way: ${JSON.stringify(value)}`, () => {
      const { message, cause } = refusal(srpo, { inputs: { seedImage: value } });
      assert.match(message, says);
      assert.ok(!JSON.stringify([message, cause]).includes("example"), message);
      if (value.includes(picture.uuid)) return;
      assert.match(refusal(srpo, { webhookURL: value }).message, says);
    });
  }

  it("is told the same of every address, however many came before", () => {
    const value = "https://münchen.example/a.jpg";
    const leaf: Leaf = { path: "inputs.seedImage", kind: "image", group: "image" };
    for (let count = 0; count < 20_000; count++) assert.match(formHint(value, leaf), /percent-encode/);
  });

  it("of more than 256 KB becomes an attachment, in whichever form it came", () => {
    const file = png(1024, 1024, 256 * 1024 + 1);
    const base64 = file.toString("base64");
    for (const value of [file, base64, `data:image/png;base64,${base64}`]) {
      const { request, attachments } = prepare(kontext, { referenceImages: [picture.url, value] });
      assert.equal(attachments.length, 1);
      const [attachment] = attachments;
      assert.deepEqual(attachment?.path, ["inputs", "referenceImages", 1]);
      assert.equal(attachment?.contentType, "image/png");
      assert.ok(attachment?.bytes.equals(file));
      const inputs = JSON.stringify(request.inputs);
      assert.match(inputs, /^\{"referenceImages":\["https:[^"]+","[0-9a-f-]{14}4[0-9a-f-]{21}"\]\}$/);
    }
    const small = prepare(srpo, { inputs: { seedImage: file.subarray(0, 256 * 1024) } });
    assert.deepEqual(small.attachments, []);
  });

  it("is shown in msg.job without its bytes and without the signature of its address", () => {
    const { request } = prepare(srpo, {
      inputs: { seedImage: files["image/png"], maskImage: `${picture.url}?X-Amz-Signature=secret` },
      uploadEndpoint: "https://user:pass@example.com/put?X-Amz-Signature=secret",
    });
    const shown = publicRequest(request);
    assert.equal(shown.positivePrompt, request.positivePrompt);
    assert.ok(!/secret|pass|iVBOR/.test(JSON.stringify(shown)), JSON.stringify(shown));
  });
});

describe("what msg.job shows of a request", () => {
  /** 42 bytes: one transparent pixel. */
  const pixel = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
  /** How a text shows that a parameter unknown to the model holds. */
  const shown = (future: string): unknown =>
    publicRequest(prepare(srpo, { future }, { allowUnknown: true }).request).future;

  it("holds no picture, however small", () => {
    const dataUri = `data:image/gif;base64,${pixel}`;
    const { request } = prepare(srpo, { inputs: { seedImage: pixel, maskImage: dataUri }, pulid: { images: [pixel] } });
    const { inputs, pulid } = publicRequest(request);
    assert.deepEqual(inputs, { seedImage: "(picture, 56 characters)", maskImage: "(picture, 78 characters)" });
    assert.deepEqual(pulid, { images: ["(picture, 56 characters)"] });
  });

  it("holds no picture under a name that the model does not know, line breaks or not", () => {
    assert.equal(shown(`${pixel}\n`), "(picture, 57 characters)");
    assert.equal(shown("data:image/svg+xml;base64,AAAA"), "(data URI, 30 characters)");
  });

  it("holds no long text of a parameter, and takes none for a picture", () => {
    assert.equal(shown("x".repeat(256)), "x".repeat(256));
    assert.equal(shown("x".repeat(257)), "(text, 257 characters)");
    const model = `a:${"b".repeat(300)}`;
    assert.deepEqual(publicRequest(prepare(srpo, { lora: [{ model }] }).request).lora, [
      { model: "(text, 302 characters)" },
    ]);
  });

  it("holds every prompt as it is", () => {
    const positivePrompt = "a very long face ".repeat(100);
    const { request } = prepare(srpo, { positivePrompt, ultralytics: { positivePrompt } });
    assert.equal(publicRequest(request).positivePrompt, positivePrompt);
    assert.deepEqual(publicRequest(request).ultralytics, { positivePrompt });
  });

  it("holds no query of an address with white space in front", () => {
    assert.equal(shown(" https://example.com/put?signature=secret"), "https://example.com/put");
  });
});

describe("a picture of 20 million characters", function () {
  this.timeout(30_000);
  const base64 = png(4096, 4096, 15_000_000).toString("base64");
  const ROUNDS = 15;

  /** The fastest of each, in turns: what else the machine does meanwhile slows down both. */
  const fastest = (works: readonly (() => void)[]): number[] => {
    const best = works.map(() => Number.POSITIVE_INFINITY);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, work] of works.entries()) {
        const start = process.hrtime.bigint();
        work();
        best[index] = Math.min(best[index] ?? 0, Number(process.hrtime.bigint() - start));
      }
    }
    return best;
  };

  for (const { form, text } of [
    { form: "base64", text: base64 },
    { form: "data URI", text: `data:image/png;base64,${base64}` },
  ]) {
    it(`is validated in the time of one or two bare scans (${form})`, () => {
      const task = {
        taskType: "imageInference",
        taskUUID: picture.uuid,
        model: srpo.id,
        positivePrompt: "a fox",
        inputs: { seedImage: text },
      };
      assert.equal(srpo.validate(task), true);
      const [bare = 0, ours = 0] = fastest([
        () => assert.ok(/^[a-zA-Z0-9+/=]+$/.test(base64)),
        () => assert.ok(srpo.validate(task)),
      ]);
      console.log(`      bare scan ${(bare / 1e6).toFixed(1)} ms, validation ${(ours / 1e6).toFixed(1)} ms`);
      assert.ok(ours <= 2 * bare, `${ours} ns against ${bare} ns`);
    });

    it(`is refused for one wrong character at its end (${form})`, () => {
      assert.deepEqual(refusedParameters(srpo, { inputs: { seedImage: `${text}!` } }), ["inputs.seedImage"]);
    });
  }

  it("overflows no stack as an address or a name either", () => {
    const long = "a".repeat(20_000_000);
    assert.deepEqual(refusedParameters(srpo, { webhookURL: `https://example.com/${long}` }), ["webhookURL"]);
    assert.deepEqual(refusedParameters(srpo, { lora: [{ model: long }] }), ["lora[0].model"]);
    assert.deepEqual(refusedParameters(srpo, { scheduler: long, seed: long }), ["scheduler", "seed"]);
    assert.deepEqual(refusedParameters(srpo, { [long]: 1 }).length, 1);
    prepare(srpo, { inputs: { seedImage: `https://example.com/${long}` } });
  });
});
