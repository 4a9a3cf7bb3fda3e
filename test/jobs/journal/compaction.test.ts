import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { type FileLayer, realFiles } from "../../../lib/jobs/journal/file-layer";
import type { OpenOptions } from "../../../lib/jobs/journal/folder-journal";
import type { Journal } from "../../../lib/jobs/journal/journal";
import { systemError, watchedFiles } from "./faulty-files";
import { allText, HASTE, makePlace, type Place, segmentsOf, states } from "./journals";

const picture = (fill: number): Buffer => Buffer.alloc(300_000, fill);

describe("compaction of the journal", () => {
  let place: Place;
  let closed: Set<string>;
  let options: Partial<OpenOptions>;
  beforeEach(async () => {
    place = await makePlace();
    closed = new Set();
    options = {
      whatIsKept:
        () =>
        ({ job }) =>
          !closed.has(job),
      pace: { ...HASTE, lines: 2000, outside: 1e6 },
    };
  });
  afterEach(() => place.leave());

  const pictures = async () => (await readdir(join(place.folder, "pictures"))).length;

  /** Jobs that are delivered as soon as they are settled. */
  const runJobs = async (journal: Journal, from: number, to: number): Promise<void> => {
    for (let job = from; job < to; job += 1) {
      for (const state of ["waiting", "submitted", "settled"]) {
        await journal.write({ job: String(job), state, data: { prompt: "a cat" } }, state === "waiting");
      }
      closed.add(String(job));
    }
  };

  it("keeps the folder small while jobs come and go, and leaves no message of ended jobs", async () => {
    const journal = await place.open(options);
    await journal.write({ job: "open", state: "waiting", data: { prompt: "a dog" } }, true);
    await runJobs(journal, 0, 100);
    await journal.flush();
    assert.ok((await allText(place.folder)).length < 2 * 2000 + 500);
    await journal.close();
    assert.deepEqual((await place.found())[0], "open waiting");
    const again = await place.open(options);
    await again.write({ job: "next", state: "waiting" });
    await again.close();
    assert.deepEqual(await place.found(), ["open waiting", "next waiting"]);
  });

  it("is not done while most is still needed, and its threshold grows with what is", async () => {
    let compactions = 0;
    const listen = (passing: unknown) => {
      if ((passing as { step: string }).step === "before:compaction") compactions += 1;
    };
    const journal = await place.open(options);
    subscribe("node-red-flux:job", listen);
    try {
      for (let job = 0; job < 200; job += 1) await journal.write({ job: String(job), state: "waiting" });
      closed.add("0");
      await runJobs(journal, 200, 210);
    } finally {
      unsubscribe("node-red-flux:job", listen);
    }
    assert.equal(compactions, 0);
    await journal.close();
    assert.equal((await place.found()).length, 230);
  });

  it("keeps every byte of what is needed, also of lines that are longer than what is read at once", async () => {
    const journal = await place.open({ ...options, pace: { ...HASTE, lines: 3e6, outside: 1e9 } });
    const dataOf = (job: number) => ["a", "b"].map((name) => `${name}${job}`.repeat(100_000));
    const jobs = Array.from({ length: 12 }, (_, job) => job);
    const isOpen = (job: number) => job % 3 === 0;
    for (const job of jobs) if (!isOpen(job)) closed.add(String(job));
    for (const job of jobs) await journal.write({ job: String(job), state: "waiting", data: dataOf(job) }, true);
    await journal.close();
    assert.ok((await segmentsOf(place.folder)).some((name) => name.includes("compacted")));
    const again = await place.open();
    const kept = again.found.filter((entry) => isOpen(Number(entry.job)));
    assert.deepEqual(
      kept.map(({ job }) => Number(job)),
      jobs.filter(isOpen),
    );
    for (const { job, data } of kept) assert.deepEqual((await again.read(data)).value, dataOf(Number(job)));
    assert.deepEqual(place.warnings, []);
  });

  it("keeps either all entries of a job that ends meanwhile, or none", async () => {
    const pieces: FileLayer["pieces"] = async function* (path) {
      for await (const piece of realFiles.pieces(path)) {
        yield piece;
        closed.add("ends");
      }
    };
    const files = { ...realFiles, pieces };
    const whatIsKept = () => {
      const gone = new Set(closed);
      return ({ job }: { job: string }) => !gone.has(job);
    };
    const journal = await place.open({ files, whatIsKept });
    closed.add("gone");
    // More than a piece, between its first entry and its last one.
    const data = ["a", "b", "c"].map((letter) => letter.repeat(200_000));
    await Promise.all([
      journal.write({ job: "gone", state: "waiting" }),
      journal.write({ job: "ends", state: "waiting" }),
      journal.write({ job: "gone", state: "submitting", data }),
      journal.write({ job: "ends", state: "submitting" }),
    ]);
    await journal.close();
    assert.ok((await segmentsOf(place.folder)).some((name) => name.includes("compacted")));
    assert.ok(closed.has("ends"));
    assert.deepEqual(
      (await place.found()).filter((state) => state.startsWith("ends")),
      ["ends waiting", "ends submitting"],
    );
  });

  it("keeps entries that follow each other in their order, whatever was compacted between", async () => {
    const journal = await place.open(options);
    const expected: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      await journal.write({ job: "open", state: `state${round}` });
      expected.push(`open state${round}`);
      await runJobs(journal, round * 20, round * 20 + 20);
    }
    await journal.close();
    const kept = (await place.found()).filter((state) => state.startsWith("open"));
    assert.deepEqual(kept, expected);
  });

  it("removes pictures that no kept entry names, and those only", async () => {
    const journal = await place.open(options);
    const both = picture(9);
    for (const job of ["1", "2", "3"]) {
      await journal.write({ job, state: "waiting", data: { own: picture(Number(job)), both } }, true);
    }
    await journal.close();
    closed.add("1").add("2");
    const again = await place.open(options);
    await again.write({ job: "4", state: "waiting" });
    await again.flush();
    assert.equal(await pictures(), 2);
    assert.deepEqual((await again.read(again.found[2]?.data)).value, { own: picture(3), both });
    // Stored anew after it was removed.
    await again.write({ job: "5", state: "waiting", data: picture(1) }, true);
    await again.close();
    const last = await place.open(options);
    assert.deepEqual((await last.read(last.found.at(-1)?.data)).value, picture(1));
  });

  it("is done once after a start, with the first write", async () => {
    const journal = await place.open({ whatIsKept: () => () => true });
    await runJobs(journal, 0, 5);
    await journal.write({ job: "open", state: "waiting" });
    await journal.close();
    const again = await place.open(options);
    await again.write({ job: "next", state: "waiting" });
    await again.flush();
    assert.deepEqual(await segmentsOf(place.folder), ["jobs-3-compacted.jsonl"]);
    await again.close();
    assert.deepEqual(await place.found(), ["open waiting", "next waiting"]);
  });

  it("is done when nothing happens for a while, without keeping the process alive", async () => {
    const journal = await place.open({ ...options, pace: { ...HASTE, idle: 20 } });
    await runJobs(journal, 0, 5);
    await new Promise<void>((resolve) => {
      const listen = (passing: unknown) => {
        if ((passing as { step: string }).step !== "after:compaction") return;
        unsubscribe("node-red-flux:job", listen);
        resolve();
      };
      subscribe("node-red-flux:job", listen);
    });
    assert.equal(await allText(place.folder), "");
  });

  it("keeps an entry that cannot be judged", async () => {
    const journal = await place.open({
      whatIsKept:
        () =>
        ({ job }) => {
          if (job === "odd") throw new Error("no");
          return false;
        },
    });
    await journal.write({ job: "odd", state: "waiting" });
    await journal.write({ job: "even", state: "waiting" });
    await journal.close();
    const again = await place.open({ whatIsKept: () => () => true });
    assert.equal(again.found[0]?.job, "odd");
  });

  it("loses nothing that is written meanwhile", async () => {
    let meanwhile: Promise<unknown> | undefined;
    const files = watchedFiles(({ does, path }) => {
      if (!meanwhile && does === "rename" && path.includes("compacted")) {
        meanwhile = Promise.all(["a", "b"].map((job) => journal.write({ job, state: "waiting" })));
      }
    });
    const journal = await place.open({ ...options, files });
    await runJobs(journal, 0, 10);
    await journal.flush();
    assert.ok(meanwhile);
    await meanwhile;
    await journal.close();
    const found = await place.found();
    assert.deepEqual(
      found.filter((state) => /[ab] /.test(state)),
      ["a waiting", "b waiting"],
    );
  });

  it("reads the same while what it replaced cannot be removed", async () => {
    const files = watchedFiles(({ does, path }) => {
      if (does === "remove" && /jobs-\d+\S*\.jsonl$/.test(path)) throw systemError("EPERM");
    });
    const journal = await place.open({ ...options, files });
    await journal.write({ job: "open", state: "waiting" });
    await runJobs(journal, 0, 10);
    await journal.close();
    assert.ok((await segmentsOf(place.folder)).length > 1);
    const again = await place.open({ ...options, files });
    assert.deepEqual(
      states(again).filter((state) => state.startsWith("open")),
      ["open waiting"],
    );
    assert.deepEqual(place.warnings, []);
    await again.write({ job: "open", state: "submitting" });
    await again.close();
    const found = await place.found();
    assert.deepEqual(
      found.filter((state) => state.startsWith("open")),
      ["open waiting", "open submitting"],
    );
  });

  it("that fails changes nothing, and is tried again", async () => {
    let fails = true;
    const files = watchedFiles(({ does, path }) => {
      if (fails && does === "write" && basename(path).includes("compacted")) throw systemError("ENOSPC");
    });
    const journal = await place.open({ ...options, files });
    await journal.write({ job: "open", state: "waiting" });
    await runJobs(journal, 0, 10);
    await journal.flush();
    assert.deepEqual(
      (await readdir(place.folder)).filter((name) => name.endsWith(".tmp") || name.includes("comp")),
      [],
    );
    fails = false;
    await runJobs(journal, 10, 30);
    await journal.flush();
    assert.match((await segmentsOf(place.folder)).join(), /compacted/);
    await journal.close();
    assert.equal((await place.found())[0], "open waiting");
  });
});
