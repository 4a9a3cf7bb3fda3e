import assert from "node:assert/strict";
import { quoter } from "../../lib/providers/quote";

const apiKey = "rw-key-that-must-not-leak";
const prompt = "a heron made of folded newspaper, standing in a river at dawn";

describe("a text of the service", () => {
  const quote = quoter(apiKey, [prompt, "fog"]);

  it("is repeated on one line, at most 200 characters of it", () => {
    assert.equal(quote("Width must\n be  smaller"), "Width must be smaller");
    assert.equal(quote("steps ".repeat(100))?.length, 200);
  });

  it("is looked through once, and briefly, however many tasks it answers", () => {
    const filler = (seed: number, length: number) =>
      Array.from({ length }, (_, n) => "abcdefghij klmnopq"[(n * n * 7 + n * seed + ((seed * n) >> 3)) % 18]).join("");
    const prompts = Array.from({ length: 50 }, (_, n) => filler(n + 1, 3000));
    const text = filler(997, 4000).toUpperCase();
    const bareScan = () => {
      const pieces = new Set(Array.from({ length: 400 }, (_, at) => text.slice(at, at + 12)));
      let hits = 0;
      for (const one of prompts) {
        for (let at = 0; at + 12 <= one.length; at += 1) hits += pieces.has(one.slice(at, at + 12)) ? 1 : 0;
      }
      assert.equal(hits, 0);
    };
    const filtering = () => {
      const quoteAll = quoter(apiKey, prompts);
      for (let task = 0; task < 50; task += 1) quoteAll(text);
    };
    const quickest = (work: () => void) =>
      Math.min(
        ...Array.from({ length: 5 }, () => {
          const start = performance.now();
          work();
          return performance.now() - start;
        }),
      );
    // Not a time but a proportion: a filter that goes through the prompts once per task is 50 scans away.
    assert(quickest(filtering) < 20 * quickest(bareScan));
  });

  it("cut short does not end in a piece of the key", () => {
    for (let length = 380; length < 420; length += 1) {
      const text = `https://example.com/${"x".repeat(length)} ${apiKey}`;
      for (const more of ["", " and more"]) assert.doesNotMatch(quote(text + more) ?? "", /rw-k|\[ke?$/);
    }
  });

  it("is left out when it holds a prompt, or when the prompts are not known", () => {
    assert.equal(quote("I cannot draw fog."), undefined);
    assert.equal(quote("of folded newspaper"), undefined);
    assert.equal(quoter(apiKey, undefined)("Width is too large"), undefined);
  });

  it("is left out beside a prompt that it would take long to be compared with", () => {
    assert.equal(quoter(apiKey, ["fog ".repeat(200_000)])("Width is too large"), undefined);
    assert.equal(quoter(apiKey, ["fog ".repeat(10_000)])("Width is too large"), "Width is too large");
  });

  it("is repeated without keys, addresses and picture bytes", () => {
    const text = quote(
      `bad ${apiKey} at https://bucket.example/x?sig=abc with data:image/png;base64,AAAA ${"A".repeat(90)}`,
    );
    assert.equal(text, "bad [key] at [address] with [data] [data]");
  });

  it("does not hold half a key either", () => {
    const halves = quoter("c0ffee00-1234:0123456789abcdef", []);
    assert.equal(
      halves("c0ffee00-1234 with 0123456789abcdef is not c0ffee00-1234:0123456789abcdef"),
      "[key] with [key] is not [key]",
    );
  });

  it("cannot turn around what stands beside it", () => {
    assert.equal(quote("a\u202eb\u200bc"), "a b c");
  });
});
