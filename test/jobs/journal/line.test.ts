import assert from "node:assert/strict";
import { peekLine, readLine, toLine } from "../../../lib/jobs/journal/line";

const entry = { job: "0b7c1e52-9f0a-4c1e-8a3b-5d2f6c7a8e90", state: "submitting", at: 1_800_000_000_000 };

describe("a line of the journal", () => {
  const line = toLine(entry, '{"attempt":1,"prompt":"ein Bär"}').subarray(0, -1);

  it("is read as it was written", () => {
    assert.deepEqual(readLine(line), { ...entry, data: { attempt: 1, prompt: "ein Bär" } });
    assert.deepEqual(readLine(toLine(entry, undefined).subarray(0, -1)), entry);
  });

  it("tells whose it is, and for how long it is needed, without its data being read", () => {
    const whole = toLine({ ...entry, lasts: 86_400_000 }, '{"outcome":5}').subarray(0, -1);
    const peeked = peekLine(whole);
    assert.ok(peeked);
    const { job, state, at, lasts } = peeked;
    assert.deepEqual({ job, state, at, lasts }, { ...entry, lasts: 86_400_000 });
    assert.deepEqual(peeked.data, { outcome: 5 });
    assert.deepEqual(readLine(whole), { ...entry, lasts: 86_400_000, data: { outcome: 5 } });
    assert.equal(peekLine(line)?.lasts, undefined);
  });

  it("is not read with any bit of it flipped", () => {
    for (let bit = 0; bit < line.length * 8; bit += 1) {
      const damaged = Buffer.from(line);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(readLine(damaged), undefined, `bit ${bit}`);
    }
  });

  it("is not read when it is cut anywhere", () => {
    for (let length = 0; length < line.length; length += 1) assert.equal(readLine(line.subarray(0, length)), undefined);
    for (let start = 1; start < line.length; start += 1) assert.equal(readLine(line.subarray(start)), undefined);
  });
});
