import assert from "node:assert/strict";
import { createUploadMemory, pictureIds } from "../../lib/providers/upload-memory";

const uploaded = (age = 0) => ({ name: "a", startedAt: performance.now() - age });

describe("the memory of uploads", () => {
  it("relies on an upload for six hours", () => {
    const memory = createUploadMemory();
    const hour = 3_600_000;
    memory.keep("new", uploaded(5.9 * hour));
    memory.keep("old", uploaded(6 * hour));
    assert.deepEqual([memory.find("new")?.name, memory.find("old")], ["a", undefined]);
  });

  it("forgets the least recently used of more than 500", () => {
    const memory = createUploadMemory();
    for (let index = 0; index < 500; index += 1) memory.keep(`${index}`, uploaded());
    memory.find("0");
    memory.keep("one more", uploaded());
    const known = ["0", "1", "2", "one more"].map((id) => memory.find(id) !== undefined);
    assert.deepEqual(known, [true, false, true, true]);
  });

  it("does not forget a fresh upload for the sake of one that is gone", () => {
    const memory = createUploadMemory();
    const [gone, fresh] = [uploaded(), uploaded()];
    memory.keep("picture", gone);
    memory.keep("picture", fresh);
    memory.forget("picture", gone);
    assert.equal(memory.find("picture"), fresh);
    memory.forget("picture", fresh);
    assert.equal(memory.find("picture"), undefined);
  });
});

describe("what an upload is remembered by", () => {
  const place = { provider: "fal", address: "https://rest.fal.ai", apiKey: "id:secret" };
  const picture = Buffer.from("a picture");
  let id = "";
  before(async () => {
    id = await pictureIds(place)(picture);
  });

  it("is equal for equal bytes of the same account", async () => {
    assert.equal(await pictureIds({ ...place })(Buffer.from(picture)), id);
  });

  for (const [name, other] of Object.entries({
    "another service": { provider: "runware" },
    "another address": { address: "https://rest.example.com" },
    "another key": { apiKey: "id:other" },
  })) {
    it(`is different for ${name}`, async () => assert.notEqual(await pictureIds({ ...place, ...other })(picture), id));
  }

  it("is different for other bytes", async () => assert.notEqual(await pictureIds(place)(Buffer.from("another")), id));

  it("does not hold the key", () => assert.doesNotMatch(id, /secret/));
});
