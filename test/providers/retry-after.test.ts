import assert from "node:assert/strict";
import { readRetryAfter } from "../../lib/providers/retry-after";

describe("Retry-After", () => {
  const now = Date.parse("2026-11-21T08:00:00Z");
  for (const [value, expected] of [
    ["0", 0],
    ["120", 120_000],
    ["99999999999", 3_600_000],
    ["Sat, 21 Nov 2026 08:00:30 GMT", 30_000],
    ["Sat, 21 Nov 2026 07:00:00 GMT", 0],
    ["soon", undefined],
    [undefined, undefined],
  ] as const) {
    it(`${value} is ${expected} ms`, () => assert.equal(readRetryAfter(value, now), expected));
  }
});
