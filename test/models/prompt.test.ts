import assert from "node:assert/strict";
import { kontext } from "../../lib/models/kontext";
import { srpo } from "../../lib/models/srpo";
import { PROMPT, picture, png, prepare, refusal, refusedParameters } from "./support";

const from = (value: unknown) => ({ prompt: { value, source: "Prompt from (msg.payload)" } });
const PIXELS = png(8, 8);

/** base64 as MIME writes it, and with the white space around it that files have. */
const spaced = (bytes: Buffer): string => ` \n${bytes.toString("base64").replace(/.{1,76}/g, "$&\r\n")}`;

describe("a prompt", () => {
  for (const { name, value, says } of [
    { name: "missing", value: undefined, says: "holds nothing" },
    { name: "null", value: null, says: "holds nothing" },
    { name: "empty", value: "", says: "holds nothing" },
    { name: "a number", value: 42, says: "holds a number" },
    { name: "an object", value: { text: "a cat" }, says: "holds an object" },
    { name: "a list", value: ["a cat"], says: "holds a list" },
    { name: "of 1 character", value: "x", says: "holds text of 1 character," },
    { name: "of 1 character that takes two code units", value: "\u{1f98a}", says: "holds text of 1 character," },
    { name: "of 3,001 characters", value: "x".repeat(3001), says: "holds text of 3,001 characters" },
    {
      name: "of 3,001 characters of two code units",
      value: "\u{1f98a}".repeat(3001),
      says: "holds text of 3,001 characters",
    },
    { name: "of 100 MB", value: "x".repeat(100_000_000), says: "holds text of 100,000,000 characters" },
    { name: "a picture in a Buffer", value: PIXELS, says: "holds a picture (a Buffer of 64 bytes)" },
    { name: "a Buffer of something else", value: Buffer.from("text"), says: "holds a Buffer of 4 bytes" },
    {
      name: "a picture in a data URI",
      value: `data:image/png;base64,${PIXELS.toString("base64")}`,
      says: "holds a picture (a data URI)",
    },
    { name: "a picture in base64", value: PIXELS.toString("base64"), says: "holds a picture (base64)" },
    { name: "a large picture in base64", value: png(8, 8, 1e6).toString("base64"), says: "holds a picture (base64)" },
    { name: "a picture in base64 with line breaks", value: spaced(PIXELS), says: "holds a picture (base64)" },
    {
      name: "a large picture in base64 with line breaks",
      value: spaced(png(8, 8, 1e6)),
      says: "holds a picture (base64)",
    },
    {
      name: "a picture in a data URI with line breaks",
      value: `\n data:image/png;base64,${spaced(PIXELS)}`,
      says: "holds a picture (a data URI)",
    },
    {
      name: "all pictures of a message as addresses",
      value: [picture.url, `${picture.url}?2`],
      says: "holds a list of 2 pictures, but",
    },
    { name: "a picture in a list", value: [PIXELS], says: "holds a list of 1 picture, but" },
    {
      name: "all pictures of a message as data URIs",
      value: Array.from({ length: 20 }, () => `data:image/png;base64,${png(8, 8, 1e6).toString("base64")}`),
      says: "holds a list of 20 pictures, but",
    },
    {
      name: "a Buffer that went through JSON",
      value: JSON.parse(JSON.stringify(png(8, 8, 20_000))),
      says: "holds a Buffer that went through JSON, but",
    },
    { name: "a list of addresses and words", value: [picture.url, "a cat"], says: "holds a list, but" },
    { name: "an empty list", value: [], says: "holds a list, but" },
    { name: "the address of a picture", value: `${picture.url}\n`, says: "holds a web address" },
  ]) {
    it(`that is ${name} is an error that names the setting`, () => {
      const { message, code, cause } = refusal(srpo, {}, from(value));
      assert.ok(message.startsWith(`Prompt from (msg.payload) ${says}`), message);
      assert.ok(message.endsWith("Nothing was sent."));
      assert.equal(code, "FLUX_VALIDATION");
      assert.equal(cause.billed, "no");
      assert.deepEqual(
        cause.violations.map(({ parameter }) => parameter),
        ["positivePrompt"],
      );
    });
  }

  it("is not called or read in a way that runs code of the message", () => {
    const called = (): never => assert.fail("called");
    const list = Object.defineProperty([picture.url], 1, { enumerable: true, get: called });
    const traps = { get: called, getOwnPropertyDescriptor: called, ownKeys: called, getPrototypeOf: called };
    const computed = Object.defineProperties({}, { type: { get: called }, data: { get: called } });
    for (const value of [list, new Proxy([picture.url], traps), new Proxy({}, traps), computed]) {
      assert.deepEqual(refusedParameters(srpo, {}, from(value)), ["positivePrompt"]);
    }
  });

  it("is never quoted in an error", () => {
    const secret = "the secret garden ".repeat(200);
    const { message, cause } = refusal(srpo, { negativePrompt: "hush hush ".repeat(400) }, from(secret));
    assert.ok(!/secret|hush/.test(message + JSON.stringify(cause)));
  });

  it("may talk about an address and have 2 to 3,000 characters of any width", () => {
    for (const text of [
      "ab",
      "x".repeat(3000),
      "\u{1f98a}".repeat(3000),
      "a poster that says https://example.com",
      "  ",
    ]) {
      assert.equal(prepare(srpo, {}, from(text)).request.positivePrompt, text);
    }
  });

  it("in msg.flux wins over the one that the dialog points at, which is not even looked at", () => {
    assert.equal(prepare(srpo, { positivePrompt: PROMPT }, from(42)).request.positivePrompt, PROMPT);
  });

  it("of the dialog holds where its source has none", () => {
    const dialog = { positivePrompt: PROMPT };
    assert.equal(prepare(srpo, {}, { dialog, ...from(undefined) }).request.positivePrompt, PROMPT);
    assert.equal(prepare(srpo, {}, { dialog, ...from("a fox") }).request.positivePrompt, "a fox");
  });

  it("that nobody gave is missing", () => {
    const { message } = refusal(srpo, {}, { prompt: undefined });
    assert.match(message, /^positivePrompt is missing/);
  });
});

describe("a negative prompt, or one for faces", () => {
  for (const { name, value, says } of [
    { name: "a picture in a Buffer", value: PIXELS, says: "holds a picture (a Buffer of 64 bytes), but" },
    { name: "a picture in base64", value: PIXELS.toString("base64"), says: "holds a picture (base64), but" },
    { name: "a large picture in base64", value: spaced(png(8, 8, 1e6)), says: "holds a picture (base64), but" },
    {
      name: "a picture in a data URI",
      value: `data:image/png;base64,${PIXELS.toString("base64")}`,
      says: "holds a picture (a data URI), but",
    },
    { name: "an address", value: picture.url, says: "holds a web address, but" },
    {
      name: "a Buffer that went through JSON",
      value: JSON.parse(JSON.stringify(PIXELS)),
      says: "holds a Buffer that went through JSON, but",
    },
  ]) {
    it(`may not be ${name}`, () => {
      for (const parameter of ["negativePrompt", "ultralytics.positivePrompt", "ultralytics.negativePrompt"]) {
        const [first = "", second] = parameter.split(".");
        const flux = { [first]: second === undefined ? value : { [second]: value } };
        const { message, cause } = refusal(srpo, flux);
        assert.ok(message.startsWith(`${parameter} ${says}`), message);
        assert.deepEqual(
          cause.violations.map((violation) => violation.parameter),
          [parameter],
        );
      }
    });
  }
});

describe("the input image of the dialog", () => {
  const image = (value: unknown) => ({ image: { value, source: "Image from (msg.image)" } });

  it("goes where the model takes one", () => {
    assert.deepEqual(prepare(srpo, {}, image(picture.url)).request.inputs, { seedImage: picture.url });
    assert.deepEqual(prepare(kontext, {}, image(picture.url)).request.inputs, { referenceImages: [picture.url] });
    assert.deepEqual(prepare(kontext, {}, image([picture.url, picture.uuid])).request.inputs, {
      referenceImages: [picture.url, picture.uuid],
    });
  });

  it("gives way to the one in msg.flux, and keeps company with the others there", () => {
    const flux = { seedImage: picture.uuid };
    assert.deepEqual(prepare(srpo, flux, image(undefined)).request.inputs, { seedImage: picture.uuid });
    const masked = prepare(srpo, { inputs: { maskImage: picture.uuid } }, image(picture.url));
    assert.deepEqual(masked.request.inputs, { maskImage: picture.uuid, seedImage: picture.url });
  });

  for (const value of [
    undefined,
    null,
    "hello world",
    "",
    42,
    Buffer.from("no picture at all"),
    { a: 1 },
    () => 1,
    new Date(),
  ]) {
    it(`is an error that names the setting when it is ${typeof value} ${String(value).slice(0, 20)}`, () => {
      for (const model of [srpo, kontext]) {
        const { message, cause } = refusal(model, {}, image(value));
        assert.match(message, /Image from \(msg\.image\)|inputs\.\w+ is an object/);
        assert.equal(cause.violations.length, 1);
      }
    });
  }
});
