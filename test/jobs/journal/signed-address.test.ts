import assert from "node:assert/strict";
import { withoutKey, withoutKeys } from "../../../lib/jobs/journal/signed-address";

describe("an address that may hold a key", () => {
  const cut = [
    "https://b.s3.amazonaws.com/a.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0a",
    "https://b.s3.amazonaws.com/a.png?x-amz-security-token=0a",
    "https://storage.googleapis.com/b/a.png?X-Goog-Credential=me",
    "https://b.oss-cn.aliyuncs.com/a.png?x-oss-signature=0a",
    "https://b.s3.amazonaws.com/a.png?AWSAccessKeyId=me&Expires=1&Signature=0a",
    "https://d.cloudfront.net/a.png?Policy=0a&Key-Pair-Id=K1",
    "https://a.blob.core.windows.net/a.png?sv=2024&se=2026&sig=0a",
    "https://example.com/a.png?width=5&token=0a",
    "https://example.com/a.png?TOKEN=0a",
    "https://example.com/a.png?accessToken=0a",
    "https://example.com/a.png?api_key=0a",
    "https://example.com/a.png?apiKey=0a",
    "https://example.com/a.png?key=0a",
    "https://example.com/a.png?client-secret=0a",
    "https://example.com/a.png?password=0a",
    "https://example.com/a.png?auth=0a",
    "https://example.com/a.png?authorization=0a",
    "https://example.com/a.png?X%2DAmz%2DSignature=0a",
    "https://example.com/a.png?a=1;sig=0a",
    "https://example.com/a.png?%zz&key",
    "HTTPS://EXAMPLE.COM/a.png?Key=0a",
    "  https://example.com/a.png?key=0a",
    "https://example.com/a.png#access_token=0a",
    "https://example.com?key=0a",
    "https://me@example.com/a.png",
    "https://me:0a@example.com:99999/a.png",
    "https:\\\\me:0a@example.com\\a.png",
    `https://example.com/${"a".repeat(100_000)}?page=0a`,
  ];
  for (const address of cut) {
    it(`is kept without it: ${address.slice(0, 80)}`, () => {
      const kept = withoutKey(address);
      assert.ok(kept !== undefined && /example|amazonaws|google|aliyun|cloudfront|windows|me:0a/i.test(kept));
      assert.doesNotMatch(kept, /[?#]|@/);
      assert.ok(address.trimStart().startsWith(kept.trimStart().slice(0, 6)));
    });
  }

  const whole = [
    "https://example.com/a.png",
    "https://example.com/a.png?width=5&format=webp",
    "https://example.com/a.png?author=me&keyword=cat&monkey=1",
    "https://example.com/@me/a.png?page=2",
    "https://example.com/a.png#top",
    "a cat on https://example.com/?key=0a",
    "httpsomething?key=0a",
    "data:image/png;base64,aaaa?key=0a",
    "",
  ];
  for (const text of whole) {
    it(`is not: ${text}`, () => {
      assert.equal(withoutKey(text), undefined);
    });
  }
});

describe("a text with addresses in it", () => {
  const texts: [string, string | undefined][] = [
    ["like https://a.example/b.png?X-Amz-Signature=0a, but red", "like https://a.example/b.png but red"],
    ['{"url":"https://a.example/?key=0a","n":1}', '{"url":"https://a.example/","n":1}'],
    ['<img src="https://me:0a@a.example/b.png">', '<img src="https://a.example/b.png">'],
    ["https://a.example/?sig=0a and https://b.example/?page=2", "https://a.example/"],
    [
      "one http://a.example/?token=0a\ntwo https://b.example/?token=0b",
      "one http://a.example/\ntwo https://b.example/",
    ],
    ["see https://a.example/?page=2 and mail me@b.example", undefined],
    ["no address: //a?key=0a", undefined],
  ];
  for (const [text, expected] of texts) {
    it(`is kept without the keys in them: ${text}`, () => assert.equal(withoutKeys(text), expected));
  }

  it("is looked through quickly, however long it is", () => {
    const long = `${"a".repeat(5_000_000)} https://a.example/?sig=0a ${"://".repeat(100_000)}`;
    assert.match(withoutKeys(long)?.slice(5_000_000, 5_000_030) ?? "", /^ https:\/\/a\.example\/ /);
  });
});
