import assert from "node:assert/strict";
import { parse } from "../../lib/providers/json";

const picture = Buffer.alloc(300_000, "picture").toString("base64");

describe("an answer with pictures inside", () => {
  for (const [what, answer] of Object.entries({
    "one picture": { data: [{ imageBase64Data: picture, cost: 0.1 }] },
    "several, and other texts between them": {
      data: [
        { imageBase64Data: picture },
        { note: 'says "a:b", and \\' },
        { imageDataURI: `data:,${picture}` },
        picture,
      ],
    },
    "a long text that is escaped": { errors: [{ message: `"${picture}\\` }], data: [{ imageBase64Data: picture }] },
    "a long text in another script": { errors: [{ message: "灯台".repeat(50_000) }] },
    "text that ends in backslashes": { a: "\\", b: "\\\\", c: `${picture}\\\\`, d: picture },
  })) {
    it(`is read as it was written: ${what}`, () => {
      assert.deepEqual(parse(JSON.stringify(answer)), answer);
      assert.deepEqual(parse(JSON.stringify(answer, undefined, 2)), answer);
    });
  }

  it("keeps every digit of the seeds beside them", () => {
    const text = `{"data":[{"seed": 9223372036854775807,"imageBase64Data":"${picture}"},{"imageBase64Data":"${picture}","seed":12}]}`;
    assert.deepEqual(parse(text), {
      data: [
        { seed: "9223372036854775807", imageBase64Data: picture },
        { imageBase64Data: picture, seed: 12 },
      ],
    });
  });

  it("is no answer when it was cut off", () => {
    const whole = JSON.stringify({ data: [{ imageBase64Data: picture, imageUUID: "a" }] });
    for (const length of [whole.length - 1, whole.length - 10, 200_000, 70_000]) {
      assert.equal(parse(whole.slice(0, length)), undefined, String(length));
    }
  });

  it("is no answer when anything stands beside it that is no JSON", () => {
    const whole = JSON.stringify({ data: [picture] });
    for (const text of [`${whole}"`, `${whole}${whole}`, `"${picture}" "${picture}"`, whole.replace(":", "=")]) {
      assert.equal(parse(text), undefined);
    }
  });
});
