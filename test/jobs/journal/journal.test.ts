import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { appendFile, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { crc32 } from "node:zlib";
import type { Journal } from "../../../lib/jobs/journal/journal";
import { skipped } from "../../support/skipped";
import { watchedFiles } from "./faulty-files";
import { allText, makePlace, type Place, states } from "./journals";

const MODE = 0o777;

describe("the journal", () => {
  let place: Place;
  beforeEach(async () => {
    place = await makePlace();
  });
  afterEach(() => place.leave());

  const reopened = async (journal: Journal): Promise<Journal> => {
    await journal.close();
    return place.open();
  };

  it("tells in order that thousands of entries of one turn are durable, and lets other things happen in between", async () => {
    const journal = await place.open();
    const durable: number[] = [];
    const writes = Array.from({ length: 2000 }, async (_, number) => {
      await journal.write({ job: String(number), state: "waiting" }, true);
      durable.push(number);
    });
    const seen = new Set<number>();
    for (; durable.length < writes.length; await nextTurn()) seen.add(durable.length);
    assert(seen.size > 2, `looked at ${seen.size} times`);
    assert.deepEqual(
      durable,
      writes.map((_, number) => number),
    );
  });

  it("has what was written when it is opened again, in that order", async () => {
    const journal = await place.open();
    assert.deepEqual(journal.found, []);
    const before = Date.now();
    await journal.write({ job: "one", state: "waiting", data: { prompt: "ein Bär" } }, true);
    await Promise.all([
      journal.write({ job: "two", state: "waiting" }, true),
      journal.write({ job: "one", state: "submitting", data: null }),
    ]);
    const again = await reopened(journal);
    assert.deepEqual(states(again), ["one waiting", "two waiting", "one submitting"]);
    assert.deepEqual(again.found[0]?.data, { prompt: "ein Bär" });
    assert.equal(again.found[2]?.data, null);
    assert.ok(again.found.every(({ at }) => at >= before && at <= Date.now()));
    await again.write({ job: "two", state: "submitting" });
    assert.deepEqual(states(await reopened(again)), ["one waiting", "two waiting", "one submitting", "two submitting"]);
  });

  it("makes durable with one fsync what comes in turns of the event loop that follow each other", async () => {
    const steps: string[] = [];
    const files = watchedFiles(({ does, path }) => {
      if (basename(path) === "jobs-1.jsonl") steps.push(does);
    });
    const journal = await place.open({ files });
    await journal.write({ job: "first", state: "waiting" }, true);
    await journal.flush();
    steps.length = 0;
    const writes: Promise<void>[] = [];
    for (let number = 0; number < 10; number += 1) {
      writes.push(journal.write({ job: String(number), state: "waiting" }, true));
      await nextTurn();
    }
    await Promise.all(writes);
    assert.deepEqual(steps, ["write", "sync"]);
  });

  it("is one readable line of JSON per entry, with a checksum", async () => {
    const journal = await place.open();
    await journal.write({ job: "one", state: "waiting", data: { prompt: "a cat\n" } });
    const text = await readFile(join(place.folder, "jobs-1.jsonl"), "utf8");
    assert.match(
      text,
      /^\{"job":"one","state":"waiting","at":\d+,"data":\{"prompt":"a cat\\n"\},"crc":"[0-9a-f]{8}"\}\n$/,
    );
    const { crc } = JSON.parse(text) as { crc: string };
    assert.equal(Number.parseInt(crc, 16), crc32(text.slice(0, text.indexOf(',"crc"'))));
  });

  it("is for its user's eyes only", async function () {
    if (process.platform === "win32") return skipped(this, "Windows keeps no such modes");
    const journal = await place.open();
    await journal.write({ job: "one", state: "waiting", data: Buffer.alloc(300_000) });
    const pictures = join(place.folder, "pictures");
    for (const folder of [place.folder, pictures]) assert.equal((await stat(folder)).mode & MODE, 0o700);
    for (const folder of [place.folder, pictures]) {
      for (const file of await readdir(folder, { withFileTypes: true })) {
        if (file.isFile()) assert.equal((await stat(join(folder, file.name))).mode & MODE, 0o600, file.name);
      }
    }
  });

  it("keeps what a later version wrote into a line", async () => {
    await (await place.open()).close();
    const body = '{"job":"one","state":"waiting","at":5,"later":[1]';
    const check = crc32(body).toString(16).padStart(8, "0");
    await writeFile(join(place.folder, "jobs-1.jsonl"), `${body},"crc":"${check}"}\n`);
    const journal = await place.open({
      whatIsKept:
        () =>
        ({ job }) =>
          job === "one",
    });
    assert.deepEqual(journal.found, [{ job: "one", state: "waiting", at: 5, later: [1] }]);
    await journal.write({ job: "two", state: "waiting" });
    await journal.flush();
    assert.match(await allText(place.folder), /"later":\[1\]/);
    assert.doesNotMatch(await allText(place.folder), /two/);
  });

  it("takes a last line without its newline for what it is", async () => {
    const journal = await place.open();
    await journal.write({ job: "one", state: "waiting" });
    await journal.close();
    const path = join(place.folder, "jobs-1.jsonl");
    await writeFile(path, (await readFile(path, "utf8")).trimEnd());
    const again = await place.open({
      whatIsKept:
        () =>
        ({ job }) =>
          job === "one",
    });
    await again.write({ job: "two", state: "waiting" });
    assert.deepEqual(states(await reopened(again)), ["one waiting"]);
    assert.deepEqual(place.warnings, []);
  });

  it("writes what one turn brings with one write and one fsync, after the folder knows the file", async () => {
    const done: string[] = [];
    const files = watchedFiles(({ does, path }) => {
      if (/jobs-\d|flux-jobs$/.test(path) && !["list", "read", "size"].includes(does)) {
        done.push(`${does} ${basename(path)}`);
      }
    });
    const journal = await place.open({ files });
    done.length = 0;
    const resolved: number[] = [];
    const write = (job: number) => journal.write({ job: String(job), state: "waiting" }).then(() => resolved.push(job));
    const writes = Array.from({ length: 100 }, (_, job) => write(job));
    await Promise.all([...writes, Promise.resolve().then(() => write(100))]);
    assert.deepEqual(done, ["create jobs-1.jsonl", "syncFolder flux-jobs", "write jobs-1.jsonl", "sync jobs-1.jsonl"]);
    assert.deepEqual(resolved, [...Array(101).keys()]);
    done.length = 0;
    await write(101);
    assert.deepEqual(done, ["write jobs-1.jsonl", "sync jobs-1.jsonl"]);
  });

  it("writes everything that comes during an fsync with the next one", async () => {
    let writes = 0;
    let during: Promise<unknown>[] = [];
    const files = watchedFiles(({ does, path }) => {
      if (does === "write" && /jobs-\d/.test(path)) writes += 1;
      if (does === "sync" && writes === 1) {
        during = ["b", "c", "d"].map((job) => journal.write({ job, state: "waiting" }));
      }
    });
    const journal = await place.open({ files });
    await journal.write({ job: "a", state: "waiting" });
    await Promise.all(during);
    assert.equal(writes, 2);
    assert.deepEqual(states(await reopened(journal)), ["a waiting", "b waiting", "c waiting", "d waiting"]);
  });

  it("resolves the promises of a batch in one turn", async () => {
    const journal = await place.open();
    let turn = 0;
    const turns: number[] = [];
    const tick = () => {
      turn += 1;
      if (turns.length < 20) setImmediate(tick);
    };
    setImmediate(tick);
    await Promise.all(
      Array.from({ length: 20 }, (_, job) =>
        journal.write({ job: String(job), state: "waiting" }).then(() => turns.push(turn)),
      ),
    );
    assert.equal(new Set(turns).size, 1);
  });

  it("says where each entry is: asked for, in the file, on the disk", async () => {
    const done: string[] = [];
    const files = watchedFiles(({ does, path }) => {
      if (/jobs-\d/.test(path)) done.push(does);
    });
    const journal = await place.open({ files });
    const listen = (passing: unknown) => {
      const { step, job } = passing as { step: string; job?: string };
      done.push(`${step} ${job}`);
    };
    subscribe("node-red-flux:job", listen);
    try {
      const written = journal.write({ job: "one", state: "waiting" }).then(() => done.push("resolved"));
      assert.deepEqual(done, ["before:waiting one"]);
      await written;
    } finally {
      unsubscribe("node-red-flux:job", listen);
    }
    assert.deepEqual(done, [
      "before:waiting one",
      "create",
      "write",
      "written:waiting one",
      "sync",
      "after:waiting one",
      "resolved",
    ]);
  });

  it("keeps large texts and Buffers in files of their own, the same one once", async () => {
    const journal = await place.open();
    const picture = Buffer.alloc(300_000, "picture");
    const texts = {
      ascii: "a".repeat(300_000),
      unicode: `\ufeff${"ä€😀".repeat(700_000)}`,
      half: `${"😀".repeat(700_000)}\ud83d`,
      empty: "",
      inside: "b".repeat(200_000),
    };
    const data = {
      request: { seedImage: picture, bytes: new Uint8Array(picture) },
      message: { payload: Buffer.from(picture), ...texts },
    };
    await journal.write({ job: "one", state: "waiting", data });
    await journal.write({ job: "two", state: "waiting", data: { payload: picture } });
    assert.equal((await readdir(join(place.folder, "pictures"))).length, 4);
    assert.ok((await allText(place.folder)).length < 300_000);
    const again = await reopened(journal);
    assert.deepEqual(await again.read(again.found[0]?.data), { value: data, dropped: [], cut: [] });
    assert.deepEqual(await again.read(again.found[1]?.data), { value: { payload: picture }, dropped: [], cut: [] });
  });

  it("has a large picture durable before the line that names it", async () => {
    const done: string[] = [];
    const files = watchedFiles(({ does, path }) => {
      if (!["list", "size", "read", "makeFolder", "remove"].includes(does)) {
        done.push(`${does} ${basename(path).replace(/[0-9a-f]{64}/, "hash")}`);
      }
    });
    const journal = await place.open({ files, pace: { beat: 1e6 } });
    await journal.write({ job: "zero", state: "waiting" });
    done.length = 0;
    await journal.write({ job: "one", state: "waiting", data: Buffer.alloc(300_000) });
    assert.deepEqual(done.slice(-7), [
      "create hash.tmp",
      "write hash.tmp",
      "sync hash.tmp",
      "rename hash.tmp",
      "syncFolder pictures",
      "write jobs-1.jsonl",
      "sync jobs-1.jsonl",
    ]);
  });

  it("does not take a changed or missing picture for the one that was written", async () => {
    const journal = await place.open();
    await journal.write({ job: "one", state: "waiting", data: { payload: Buffer.alloc(300_000) } });
    const again = await reopened(journal);
    const [hash = ""] = await readdir(join(place.folder, "pictures"));
    const path = join(place.folder, "pictures", hash);
    await appendFile(path, "x");
    const refused = { name: "FluxError", code: "FLUX_STORAGE" };
    await assert.rejects(again.read(again.found[0]?.data), { ...refused, message: /content was changed/ });
    await writeFile(path, "");
    await assert.rejects(again.read(again.found[0]?.data), refused);
    await journal.close();
  });

  it("writes no keys of addresses, and says which were cut", async () => {
    const journal = await place.open();
    await journal.write({
      job: "one",
      state: "waiting",
      data: { seedImage: "https://b.example/a.png?X-Amz-Signature=s3cret" },
    });
    assert.doesNotMatch(await allText(place.folder), /s3cret/);
    const again = await reopened(journal);
    const { value, cut } = await again.read(again.found[0]?.data);
    assert.deepEqual([value, cut], [{ seedImage: "https://b.example/a.png" }, ["seedImage"]]);
  });

  it("never blocks the event loop for long, whatever the size of a message", async () => {
    const journal = await place.open();
    const data = { picture: "ä".repeat(20_000_000), bytes: Buffer.alloc(20_000_000), text: "a".repeat(20_000_000) };
    let turns = 0;
    let open = true;
    const tick = () => {
      turns += 1;
      if (open) setImmediate(tick);
    };
    setImmediate(tick);
    await journal.write({ job: "one", state: "waiting", data });
    // In slices of a million: texts are made bytes, and all is hashed.
    assert.ok(turns >= 2 * 20 + 3 * 20, `${turns} turns`);
    const again = await reopened(journal);
    turns = 0;
    const { value } = await again.read(again.found[0]?.data);
    open = false;
    assert.ok(turns >= 2 * 20 + 3 * 20, `${turns} turns`);
    assert.ok((value as typeof data).picture === data.picture && (value as typeof data).text === data.text);
  });

  it("resolves flush when everything written is durable or has failed", async () => {
    const journal = await place.open();
    let written = false;
    void journal.write({ job: "one", state: "waiting" }).then(() => {
      written = true;
    });
    await journal.flush();
    assert.ok(written);
  });

  it("refuses what is written after it was closed", async () => {
    const journal = await place.open();
    void journal.write({ job: "one", state: "waiting" });
    await journal.close();
    await assert.rejects(journal.write({ job: "two", state: "waiting" }), { code: "FLUX_STORAGE" });
    assert.deepEqual(await place.found(), ["one waiting"]);
  });

  it("begins a new file when one has grown large", async () => {
    const journal = await place.open();
    const data = "x".repeat(250_000);
    for (let job = 0; job < 20; job += 1) await journal.write({ job: String(job), state: "waiting", data });
    assert.deepEqual((await readdir(place.folder)).filter((name) => name.startsWith("jobs-")).length, 2);
    assert.equal((await reopened(journal)).found.length, 20);
  });
});
