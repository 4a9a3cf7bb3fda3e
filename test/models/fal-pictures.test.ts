import assert from "node:assert/strict";
import { falSrpo } from "../../lib/models/fal-srpo";
import { publicRequest } from "../../lib/models/public-request";
import { imageFrom, picture, png, prepare, refusal } from "./support";

const KB = 1024;
const MB = 1024 * KB;

/** The ways in which the bytes of a picture come. */
const forms = (file: Buffer): readonly { form: string; value: unknown }[] => [
  { form: "a Buffer", value: file },
  { form: "base64", value: file.toString("base64") },
  { form: "a data URI", value: `data:image/png;base64,${file.toString("base64")}` },
];

describe("a picture for fal", () => {
  const small = png(8, 8, 32 * KB);
  const large = png(8, 8, 32 * KB + 1);
  const huge = png(8, 8, 50 * MB + 1);
  const largest = huge.subarray(0, 50 * MB);

  it("goes as its address where it has one", () => {
    const { request, attachments } = prepare(falSrpo, {}, imageFrom(picture.url));
    assert.equal(request.image_url, picture.url);
    assert.deepEqual(attachments, []);
  });

  for (const { form, value } of forms(small)) {
    it(`of 32 KB goes as a data URI (${form})`, () => {
      for (const { request, attachments } of [
        prepare(falSrpo, { image_url: value }),
        prepare(falSrpo, {}, imageFrom(value)),
        prepare(falSrpo, {}, { dialog: { image_url: value } }),
      ]) {
        assert.ok(request.image_url === `data:image/png;base64,${small.toString("base64")}`);
        assert.deepEqual(attachments, []);
      }
    });
  }

  for (const { form, value } of forms(large)) {
    it(`of more than 32 KB is uploaded (${form})`, () => {
      const { request, attachments } = prepare(falSrpo, {}, imageFrom(value));
      const [attachment] = attachments;
      assert.equal(attachments.length, 1);
      assert.deepEqual(attachment?.path, ["image_url"]);
      assert.equal(attachment?.contentType, "image/png");
      assert.ok(attachment?.bytes.equals(large));
      assert.match(String(request.image_url), /^https:\/\/attachment\.invalid\/[0-9a-f-]{36}$/);
      assert.notEqual(prepare(falSrpo, {}, imageFrom(value)).request.image_url, request.image_url);
    });
  }

  for (const { form, value } of forms(largest)) {
    it(`may have 50 MiB (${form})`, () => {
      assert.equal(prepare(falSrpo, {}, imageFrom(value)).attachments.length, 1);
    });
  }

  for (const { form, value } of forms(huge)) {
    it(`of more than 50 MiB is refused, which is what fal fetches at most (${form})`, () => {
      const { message, cause } = refusal(falSrpo, {}, imageFrom(value));
      assert.equal(
        message,
        "Image from (msg.image) is a picture of 52,428,801 bytes, but fal takes at most 52,428,800 bytes (50 MiB). Nothing was sent.",
      );
      assert.equal(cause.parameter, "image_url");
    });
  }

  for (const value of [
    picture.uuid,
    "hello world",
    "/etc/passwd",
    "file:///etc/passwd",
    "data:text/html;base64,AAAA",
    Buffer.from("no picture at all"),
    "x".repeat(100_000),
  ]) {
    it(`may not be ${String(value).slice(0, 40)}, and the error offers no id`, () => {
      const { message, cause } = refusal(falSrpo, { image_url: value });
      assert.match(message, /^image_url is (text|a Buffer) of/);
      assert.ok(!/UUID/.test(message), message);
      assert.equal(cause.violations.length, 1);
    });
  }

  it("with line breaks in its base64 is told to leave them out", () => {
    for (const bytes of [200, 100_000]) {
      const value = png(8, 8, bytes).toString("base64").replace(/.{76}/g, "$&\r\n");
      assert.match(refusal(falSrpo, { image_url: value }).message, /must come without line breaks or spaces/);
    }
  });

  it("that went through JSON is told so", () => {
    const value = JSON.parse(JSON.stringify(png(8, 8)));
    assert.match(refusal(falSrpo, {}, imageFrom(value)).message, /is a Buffer that went through JSON; Buffer\.from/);
  });

  it("is shown in msg.job without its bytes", () => {
    const { request } = prepare(falSrpo, {}, imageFrom(png(8, 8)));
    assert.match(String(publicRequest(request).image_url), /^\(picture, \d+ characters\)$/);
  });
});
