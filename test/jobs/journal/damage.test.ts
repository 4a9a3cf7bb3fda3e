import assert from "node:assert/strict";
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemError, watchedFiles } from "./faulty-files";
import { makePlace, type Place, states } from "./journals";

describe("damage in the journal", () => {
  let place: Place;
  let path: string;
  beforeEach(async () => {
    place = await makePlace();
    path = join(place.folder, "jobs-1.jsonl");
    const journal = await place.open();
    for (const job of ["one", "two", "three"]) await journal.write({ job, state: "waiting", data: { id: "0a1b" } });
    await journal.close();
  });
  afterEach(() => place.leave());

  const damagedFiles = async () => (await readdir(place.folder)).filter((name) => name.startsWith("damaged-"));
  const damagedText = async () => {
    const [name = ""] = await damagedFiles();
    return readFile(join(place.folder, name), "utf8");
  };

  const damages: [string, (text: string) => string][] = [
    ["a flipped digit", (text) => text.replace('"two","state":"waiting"', '"two","state":"Waiting"')],
    ["a line that is no JSON", (text) => text.replace(/.*"two".*/, "nonsense")],
    ["a line of another shape", (text) => text.replace(/.*"two".*/, '{"job":1}')],
    ["a wrong checksum", (text) => text.replace(/("two".*"crc":")......../, "$100000000")],
    ["a line of zeros", (text) => text.replace(/.*"two".*/, "\0".repeat(80))],
  ];
  for (const [name, damage] of damages) {
    it(`is set aside with one warning, and once: ${name}`, async () => {
      await writeFile(path, damage(await readFile(path, "utf8")));
      assert.deepEqual(await place.found(), ["one waiting", "three waiting"]);
      assert.equal(place.warnings.length, 1);
      assert.match(place.warnings[0] ?? "", /1 line .*jobs-1\.jsonl.*damaged-/);
      const [aside = ""] = await damagedFiles();
      assert.equal((await stat(join(place.folder, aside))).mode & 0o777, 0o600);
      assert.equal((await damagedText()).split("\n").length, 2);
      assert.deepEqual(await place.found(), ["one waiting", "three waiting"]);
      assert.equal(place.warnings.length, 1);
    });
  }

  it("of a line torn by a power cut costs that line only", async () => {
    const text = await readFile(path, "utf8");
    await writeFile(path, text.slice(0, -30));
    const journal = await place.open();
    assert.deepEqual(states(journal), ["one waiting", "two waiting"]);
    await journal.write({ job: "three", state: "waiting" });
    await journal.close();
    assert.deepEqual(await place.found(), ["one waiting", "two waiting", "three waiting"]);
    assert.match(await damagedText(), /^\{"job":"three"/);
    assert.match(place.warnings.join(), /power cut/);
  });

  it("of a file that ends anywhere costs what is behind that only", async () => {
    const text = await readFile(path, "utf8");
    const ends = [...text.matchAll(/\n/g)].map(({ index }) => index);
    for (let length = 0; length < text.length; length += 9) {
      await writeFile(path, text.slice(0, length));
      const whole = ends.filter((end) => end <= length).map((_, line) => `${["one", "two", "three"][line]} waiting`);
      const journal = await place.open();
      assert.deepEqual(states(journal), whole, `${length} characters`);
      await journal.close();
      for (const name of await readdir(place.folder)) if (name.startsWith("jobs-")) await rm(join(place.folder, name));
    }
  });

  it("of many lines is one warning that counts them", async () => {
    await appendFile(path, "a\n\nb\nc\n");
    assert.equal((await place.found()).length, 3);
    assert.equal(place.warnings.length, 1);
    assert.match(place.warnings[0] ?? "", /3 lines/);
    assert.equal(await damagedText(), "a\nb\nc\n");
  });

  it("of a whole file sets that file aside", async () => {
    await mkdir(join(place.folder, "jobs-2.jsonl"));
    assert.equal((await place.found()).length, 3);
    assert.match(place.warnings.join(), /cannot be read/);
    assert.match((await damagedFiles()).join(), /^damaged-.*-jobs-2\.jsonl$/);
    assert.equal((await place.found()).length, 3);
    assert.equal(place.warnings.length, 1);
  });

  it("of a file that the disk does not give is never a crash, and never deletes it", async () => {
    const files = watchedFiles(({ does, path: file }) => {
      if (does === "read" && file === path) throw systemError("EIO");
    });
    const journal = await place.open({ files });
    assert.deepEqual(journal.found, []);
    await journal.write({ job: "four", state: "waiting" });
    assert.match(place.warnings.join(), /the disk reports an error \(EIO\)/);
    const [aside = ""] = await damagedFiles();
    assert.match(await readFile(join(place.folder, aside), "utf8"), /"one"/);
  });

  it("stays where it is when it cannot be set aside", async () => {
    await appendFile(path, "nonsense\n");
    const files = watchedFiles(({ does }) => {
      if (does === "append") throw systemError("ENOSPC");
    });
    const journal = await place.open({ files });
    assert.equal(journal.found.length, 3);
    assert.match(place.warnings.join(), /the disk is full/);
    await journal.close();
    assert.match(await readFile(path, "utf8"), /nonsense/);
    assert.equal((await place.found()).length, 3);
    assert.equal(await damagedText(), "nonsense\n");
  });

  it("that comes while the journal is open is set aside before it is compacted", async () => {
    const journal = await place.open({
      whatIsKept:
        () =>
        ({ job }) =>
          job !== "one",
    });
    await appendFile(path, "nonsense\n");
    await journal.write({ job: "four", state: "waiting" });
    await journal.flush();
    assert.equal(await damagedText(), "nonsense\n");
    await journal.close();
    assert.deepEqual(await place.found(), ["two waiting", "three waiting", "four waiting"]);
  });
});
