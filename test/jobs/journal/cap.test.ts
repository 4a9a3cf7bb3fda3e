import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HASTE, makePlace, type Place } from "./journals";

const picture = (fill: number): Buffer => Buffer.alloc(300_000, fill);

describe("the cap of the journal", () => {
  let place: Place;
  beforeEach(async () => {
    place = await makePlace();
  });
  afterEach(() => place.leave());

  const busy = { name: "FluxError", code: "FLUX_BUSY", message: /700\.0 kB.*fluxJobs\.maxBytes/ };

  it("refuses new jobs, free of charge, and lets those that run go on", async () => {
    const journal = await place.open({ largest: 700_000 });
    await journal.write({ job: "one", state: "waiting", data: picture(1) }, true);
    await journal.write({ job: "two", state: "waiting", data: picture(2) }, true);
    await assert.rejects(journal.write({ job: "three", state: "waiting", data: picture(3) }, true), (error) => {
      assert.ok(error instanceof Error);
      const { cause } = error as { cause?: { billed?: string; retryable?: boolean } };
      assert.deepEqual([cause?.billed, cause?.retryable], ["no", true]);
      assert.match(error.message, busy.message);
      return true;
    });
    await journal.write({ job: "two", state: "settled", data: picture(4) });
    await journal.write({ job: "four", state: "waiting" }).catch(assert.ifError);
    await journal.close();
    assert.deepEqual(await place.found(), ["one waiting", "two waiting", "two settled", "four waiting"]);
  });

  it("counts a picture that is there already once", async () => {
    const journal = await place.open({ largest: 400_000 });
    for (const job of ["one", "two", "three"]) await journal.write({ job, state: "waiting", data: picture(1) }, true);
  });

  it("is counted within a batch as well", async () => {
    const journal = await place.open({ largest: 700_000 });
    const results = await Promise.allSettled(
      [1, 2, 3].map((job) => journal.write({ job: String(job), state: "waiting", data: picture(job) }, true)),
    );
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "fulfilled", "rejected"],
    );
  });

  it("counts everything in the folder: folders in it, damaged files", async () => {
    await mkdir(join(place.folder, "set-aside", "deeper"), { recursive: true });
    await writeFile(join(place.folder, "set-aside", "deeper", "x"), picture(1));
    await writeFile(join(place.folder, "damaged-1.jsonl"), picture(1));
    const journal = await place.open({ largest: 700_000 });
    await journal.write({ job: "one", state: "waiting" }, true);
    await writeFile(join(place.folder, "damaged-2.jsonl"), picture(1));
    await journal.close();
    const again = await place.open({ largest: 700_000 });
    await assert.rejects(again.write({ job: "two", state: "waiting" }, true), { code: "FLUX_BUSY" });
  });

  it("is reached only when nothing can be removed", async () => {
    const open = new Set<string>();
    const journal = await place.open({
      largest: 700_000,
      whatIsKept:
        () =>
        ({ job }) =>
          open.has(job),
      pace: { ...HASTE, again: 0 },
    });
    const begin = (job: string) => {
      open.add(job);
      return journal.write({ job, state: "waiting", data: picture(Number(job)) }, true);
    };
    await begin("1");
    await begin("2");
    await assert.rejects(begin("3"), busy);
    open.delete("3");
    open.delete("1");
    await begin("4");
    await assert.rejects(begin("5"), busy);
    assert.equal((await readdir(join(place.folder, "pictures"))).length, 2);
    await journal.close();
    assert.deepEqual(await place.found(), ["2 waiting", "4 waiting"]);
  });

  it("keeps, while it makes room, the pictures of entries that are on their way", async () => {
    const journal = await place.open({
      largest: 700_000,
      whatIsKept:
        () =>
        ({ job }) =>
          job !== "old",
    });
    await journal.write({ job: "old", state: "waiting", data: picture(0) });
    await Promise.all(
      [1, 2].map((job) => journal.write({ job: String(job), state: "waiting", data: picture(job) }, true)),
    );
    await journal.close();
    const again = await place.open();
    for (const { data, job } of again.found) assert.deepEqual((await again.read(data)).value, picture(Number(job)));
    assert.equal(again.found.length, 2);
  });
});
