import assert from "node:assert/strict";
import { findPictures } from "../../lib/node-red/preview/find-pictures";

describe("looking for the pictures of a message", () => {
  it("takes no time over millions of values that are none", () => {
    let looks = 0;
    const pixel = new Proxy([1, 2, 3], {
      getOwnPropertyDescriptor: (target, name) => {
        looks += 1;
        return Reflect.getOwnPropertyDescriptor(target, name);
      },
    });
    const pixels = Array.from({ length: 1000 }, () => Array.from({ length: 1000 }, () => pixel));
    assert.deepEqual(findPictures({ _msgid: "m" }, "payload", pixels, 4), []);
    assert.ok(looks > 0 && looks <= 10_000, `${looks} looks`);
  });

  it("finds the last ones of a long list of objects", () => {
    const list = Array.from({ length: 5000 }, (_, index) => ({ url: `https://example.com/${index}.png` }));
    const found = findPictures({ _msgid: "m" }, "payload", list, 2).map(({ content }) => content);
    assert.deepEqual(found, ["https://example.com/4998.png", "https://example.com/4999.png"]);
  });

  it("writes down the request of the job, and takes no time over one with the bytes of a picture in it", () => {
    const requestOf = (request: unknown) =>
      findPictures({ _msgid: "m", job: { request } }, "payload", "x", 1)[0]?.facts.request;
    assert.deepEqual(JSON.parse(requestOf({ steps: 28, lora: [{ model: "a:1@1" }] }) ?? ""), {
      steps: 28,
      lora: [{ model: "a:1@1" }],
    });
    let written = 0;
    const bytes = Object.assign(Buffer.alloc(300_000), {
      toJSON: () => {
        written += 1;
        return "";
      },
    });
    for (const long of [{ bytes }, { list: Array(300_000).fill(0), bytes }, { text: "a".repeat(300_000), bytes }]) {
      assert.equal(requestOf(long), undefined);
    }
    assert.equal(written, 0);
  });
});
