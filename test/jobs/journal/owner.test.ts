import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { skipped } from "../../support/skipped";
import { systemError, unsyncedFiles, watchedFiles } from "./faulty-files";
import { HASTE, makePlace, type Place, segmentsOf, states } from "./journals";
import { type OtherProcess, runOther, startOther } from "./other-process";

/**
 * Nobody who has to watch a dead owner gets done within the test's time; who watches a living one takes it for alive
 * however slow the machine is.
 */
const ENDLESS = { ...HASTE, patience: 1e9 };

describe("a journal and another process", () => {
  let place: Place;
  let others: OtherProcess[];
  beforeEach(async () => {
    place = await makePlace();
    others = [];
  });
  afterEach(async () => {
    for (const other of others) await other.kill();
    await place.leave();
  });

  const start = async (...[pace]: Parameters<typeof startOther> extends [string, ...infer Rest] ? Rest : never) => {
    const other = await startOther(place.folder, pace);
    others.push(other);
    return other;
  };
  const ownFolders = async () => (await readdir(place.folder)).filter((name) => name.startsWith("process-"));
  const ownerFiles = async () => (await readdir(place.folder)).filter((name) => name.startsWith("owner"));
  const owner = async (): Promise<Record<string, unknown>> => {
    const [name = ""] = await ownerFiles();
    return JSON.parse(await readFile(join(place.folder, name), "utf8"));
  };
  const changeOwner = async (change: object) => {
    const [name = ""] = await ownerFiles();
    await writeFile(join(place.folder, name), JSON.stringify({ ...(await owner()), ...change }));
  };

  it("that was killed is followed at once", async () => {
    const other = await start();
    await other.write({ job: "one", state: "waiting" });
    await other.kill();
    const journal = await place.open({ pace: ENDLESS });
    assert.deepEqual(states(journal), ["one waiting"]);
    assert.deepEqual(place.warnings, []);
    assert.deepEqual(await ownFolders(), []);
    assert.equal((await ownerFiles()).length, 1);
  });

  it("that works there is left alone: this one keeps its jobs in a folder of its own, and says so once", async () => {
    const other = await start();
    await other.write({ job: "theirs", state: "waiting" });
    const journal = await place.open({ pace: ENDLESS });
    assert.deepEqual(journal.found, []);
    assert.equal(place.warnings.length, 1);
    assert.match(place.warnings[0] ?? "", /Another process .*flux-jobs.*process-/s);
    await journal.write({ job: "ours", state: "waiting", data: Buffer.alloc(300_000, 1) }, true);
    await other.write({ job: "theirs", state: "submitting" });
    assert.equal((await ownFolders()).length, 1);
    const [, third] = await Promise.all([journal.close(), place.open({ pace: ENDLESS })]);
    assert.deepEqual(third.found, []);
    await third.close();
    await other.kill();

    const last = await place.open();
    assert.deepEqual(states(last), ["theirs waiting", "theirs submitting", "ours waiting"]);
    assert.deepEqual((await last.read(last.found[2]?.data)).value, Buffer.alloc(300_000, 1));
    assert.deepEqual(await ownFolders(), []);
    assert.equal((await segmentsOf(place.folder)).length, 2);
    await last.close();
    assert.deepEqual(await place.found(), ["theirs waiting", "theirs submitting", "ours waiting"]);
  });

  it("that works in a folder of its own keeps it when the main folder's owner changes", async () => {
    const main = await place.open();
    const other = await start(ENDLESS);
    assert.equal(other.opened.warnings.length, 1);
    await other.write({ job: "theirs", state: "waiting" });
    await main.close();
    const next = await place.open({ pace: ENDLESS });
    assert.deepEqual(next.found, []);
    await next.close();
    await other.write({ job: "theirs", state: "submitting" });
    await other.kill();
    assert.deepEqual(await place.found(), ["theirs waiting", "theirs submitting"]);
  });

  it("that has just made its folder is not taken for one that has ended", async () => {
    await mkdir(join(place.folder, "process-just-made"), { recursive: true });
    await place.open();
    assert.deepEqual(await ownFolders(), ["process-just-made"]);
  });

  it("that starts at the same moment: exactly one gets the folder", async () => {
    const other = await start();
    await other.kill();
    const journals = await Promise.all(Array.from({ length: 8 }, () => place.open()));
    assert.equal((await ownFolders()).length, 7);
    assert.equal(place.warnings.length, 7);
    assert.equal((await ownerFiles()).length, 1);
    await Promise.all(journals.map((journal, job) => journal.write({ job: String(job), state: "waiting" })));
    for (const journal of journals) await journal.close();
    assert.deepEqual(
      (await place.found()).sort(),
      [...Array(8).keys()].map((job) => `${job} waiting`),
    );
  });

  it("that was suspended and taken for dead writes into a folder of its own, about its new jobs only", async function () {
    if (process.platform === "win32") return skipped(this, "Windows cannot suspend a process by a signal");
    const other = await start({ ...HASTE, doubt: 50 });
    await other.write({ job: "old", state: "waiting" });
    await other.suspend();
    const journal = await place.open();
    assert.deepEqual(states(journal), ["old waiting"]);
    assert.deepEqual(place.warnings, []);
    other.resume();
    const refused = await other.write({ job: "old", state: "submitting" });
    assert.match(refused.error ?? "", /another one took over the jobs/);
    const taken = await other.write({ job: "new", state: "waiting", picture: 1 });
    assert.equal(taken.error, undefined);
    assert.equal(taken.warnings.length, 1);
    assert.match(taken.warnings[0] ?? "", /suspended.*process-/s);
    assert.equal((await other.write({ job: "new", state: "submitting" })).error, undefined);
    await journal.write({ job: "old", state: "submitting" });
    await other.kill();
    await journal.close();
    assert.deepEqual(await place.found(), ["old waiting", "old submitting", "new waiting", "new submitting"]);
  });

  it("that was suspended twice loses nothing that it wrote between", async function () {
    if (process.platform === "win32") return skipped(this, "Windows cannot suspend a process by a signal");
    const other = await start({ ...HASTE, doubt: 50 });
    const expected: string[] = [];
    for (const job of ["one", "two", "three"]) {
      const { error } = await other.write({ job, state: "waiting" });
      assert.equal(error, undefined);
      expected.push(`${job} waiting`);
      await other.suspend();
      assert.deepEqual(await place.found(), expected);
      other.resume();
    }
    await other.kill();
    assert.deepEqual(await place.found(), expected);
  });

  it("that took over while this one was writing makes that writing uncertain, and it is said so", async () => {
    const journal = await place.open({
      pace: { ...HASTE, beat: 1e6, doubt: 0 },
      files: watchedFiles(async ({ does, path }) => {
        if (does === "sync" && /jobs-1/.test(path)) await writeFile(join(place.folder, "owner-7.json"), "{}");
      }),
    });
    const written = journal.write({ job: "one", state: "waiting" }, true);
    await assert.rejects(written, { code: "FLUX_STORAGE", message: /took over/ });
  });

  it("whose process id is another's now is found out by its silence", async () => {
    await (await place.open()).close();
    for (const change of [
      { released: false, instance: "other", pid: process.ppid },
      { released: false, instance: "other", machine: "another one" },
    ]) {
      await changeOwner(change);
      await place.found();
      assert.deepEqual(place.warnings, []);
      assert.deepEqual(await ownFolders(), []);
    }
  });

  it("whose process id is ours now has ended for certain", async () => {
    await (await place.open()).close();
    await changeOwner({ released: false, instance: "other" });
    await place.open({ pace: ENDLESS });
    assert.deepEqual(await ownFolders(), []);
  });

  it("on another machine that let go is followed at once", async () => {
    await (await place.open()).close();
    await changeOwner({ instance: "other", machine: "another one" });
    await place.open({ pace: ENDLESS });
    assert.deepEqual(await ownFolders(), []);
  });

  it("on another machine that counts on is left alone", async () => {
    await (await place.open()).close();
    let beat = 0;
    await changeOwner({ released: false, machine: "another one", instance: "other", beat });
    const files = watchedFiles(async ({ does, path }) => {
      beat += 1;
      if (does === "read" && /owner-1/.test(path)) await changeOwner({ beat });
    });
    await place.open({ files });
    assert.match(place.warnings.join(), /Another process/);
  });

  it("that died before its owner's file was written is followed", async () => {
    await mkdir(place.folder);
    await writeFile(join(place.folder, "owner-1.json"), "");
    const journal = await place.open();
    await journal.write({ job: "one", state: "waiting" });
    assert.deepEqual(place.warnings, []);
  });

  it("in this very process is another one too", async () => {
    const one = await place.open({ pace: ENDLESS });
    const two = await place.open({ pace: ENDLESS });
    assert.equal(place.warnings.length, 1);
    await one.write({ job: "one", state: "waiting" });
    await two.write({ job: "two", state: "waiting" });
    await two.close();
    await one.close();
    assert.deepEqual(await place.found(), ["one waiting", "two waiting"]);
  });

  it("never doubles or loses adopted entries, whenever the adopting one ends", async () => {
    const abandoned = async (): Promise<Place> => {
      const abandonedPlace = await makePlace();
      const main = await abandonedPlace.open({ files: unsyncedFiles });
      const second = await abandonedPlace.open({ files: unsyncedFiles });
      await main.write({ job: "main", state: "waiting" });
      await second.write({ job: "second", state: "waiting", data: Buffer.alloc(300_000, 1) });
      await second.write({ job: "second", state: "submitting" });
      await second.close();
      await main.close();
      const [name = ""] = (await readdir(abandonedPlace.folder)).filter((one) => one.startsWith("process-"));
      await writeFile(join(abandonedPlace.folder, name, "damaged-1.jsonl"), "damaged");
      abandonedPlace.warnings.length = 0;
      return abandonedPlace;
    };
    for (let end = 1, isOver = false; !isOver; end += 1) {
      const here = await abandoned();
      let operations = 0;
      isOver = true;
      const files = watchedFiles(() => {
        operations += 1;
        if (operations > end) {
          isOver = false;
          throw new Error("the process has ended");
        }
      }, unsyncedFiles);
      await (await here.open({ files, pace: { ...HASTE, beat: 1e6 } })).close();
      for (const attempt of [1, 2]) {
        const journal = await here.open({ files: unsyncedFiles });
        const what = `after ${end} operations, attempt ${attempt}`;
        assert.deepEqual(states(journal), ["main waiting", "second waiting", "second submitting"], what);
        assert.deepEqual((await journal.read(journal.found[1]?.data)).value, Buffer.alloc(300_000, 1), what);
        await journal.close();
      }
      assert.equal(await readFile(join(here.folder, "damaged-1.jsonl"), "utf8"), "damaged");
      assert.deepEqual(
        (await readdir(here.folder)).filter((name) => /process-|adopted-/.test(name) && !/^jobs/.test(name)),
        [],
      );
      await here.leave();
    }
  });

  it("whose folder was adopted and cannot be renamed is not adopted twice", async () => {
    const main = await place.open();
    const second = await place.open();
    await second.write({ job: "second", state: "waiting" });
    await second.close();
    await main.close();
    place.warnings.length = 0;
    const files = watchedFiles(({ does, path }) => {
      if (does === "rename" && /\/process-[^/]*$/.test(path)) throw systemError("EPERM");
    });
    for (const job of ["one", "two"]) {
      const journal = await place.open({
        files,
        whatIsKept:
          () =>
          ({ job: kept }) =>
            kept === "second",
      });
      assert.deepEqual(
        states(journal).filter((state) => state.startsWith("second")),
        ["second waiting"],
      );
      await journal.write({ job, state: "waiting" });
      await journal.close();
    }
    assert.deepEqual((await place.found()).sort(), ["one waiting", "second waiting", "two waiting"]);
    assert.deepEqual(await ownFolders(), []);
  });

  it("that took over and let go while this one was about to take over leaves one owner", async () => {
    await mkdir(place.folder);
    const later = { instance: "other", pid: 1, machine: "another one", beat: 5, released: true };
    const files = watchedFiles(async ({ does, path }) => {
      if (does === "create" && path.endsWith("owner-1.json")) {
        await writeFile(join(place.folder, "owner-2.json"), JSON.stringify(later));
      }
    });
    await place.open({ files, pace: ENDLESS });
    assert.deepEqual(await ownerFiles(), ["owner-3.json"]);
    assert.deepEqual(place.warnings, []);
  });

  it("that removed the folder does not stop this one", async () => {
    const journal = await place.open({ pace: { ...HASTE, doubt: 0 } });
    await journal.write({ job: "one", state: "waiting" }, true);
    await rm(place.folder, { recursive: true });
    await journal.write({ job: "two", state: "waiting" }, true);
    assert.equal(place.warnings.length, 1);
    await journal.close();
    assert.deepEqual(await place.found(), ["two waiting"]);
  });

  it("is not needed to end one: an open journal keeps no process alive", async () => {
    assert.equal(await runOther(place.folder), 0);
    assert.deepEqual(await place.found(), ["last waiting"]);
  });
});
