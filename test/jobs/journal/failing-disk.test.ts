import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { FluxError } from "../../../lib/errors";
import type { FileLayer } from "../../../lib/jobs/journal/file-layer";
import { skipped } from "../../support/skipped";
import { type Operation, systemError, watchedFiles } from "./faulty-files";
import { makePlace, type Place } from "./journals";

/** The real disk, on which what `fails` says fails. */
function failingFiles(fails: (operation: Operation) => string | false): FileLayer {
  return watchedFiles((operation) => {
    const code = fails(operation);
    if (code) throw systemError(code);
  });
}

const isSegment = (path: string): boolean => /^jobs-\d+\.jsonl$/.test(basename(path));

describe("a disk that cannot be written", () => {
  let place: Place;
  beforeEach(async () => {
    place = await makePlace();
  });
  afterEach(() => place.leave());

  for (const does of ["write", "sync", "create", "syncFolder"] as const) {
    for (const code of ["ENOSPC", "EROFS", "EACCES", "EIO"]) {
      it(`refuses the entries of that moment, for good, and takes later ones: ${code} at ${does}`, async () => {
        let fails = false;
        const files = failingFiles(
          (operation) =>
            fails && operation.does === does && (does === "syncFolder" || isSegment(operation.path)) && code,
        );
        const journal = await place.open({ files });
        const hasFile = does === "write" || does === "sync";
        if (hasFile) await journal.write({ job: "one", state: "waiting" }, true);
        fails = true;
        const batch = ["two", "three"].map((job) => journal.write({ job, state: "waiting" }, true));
        for (const result of await Promise.allSettled(batch)) {
          assert.ok(result.status === "rejected" && result.reason instanceof FluxError);
          const { message, cause } = result.reason;
          assert.equal(result.reason.code, "FLUX_STORAGE");
          assert.deepEqual([cause.billed, cause.retryable], ["no", true]);
          assert.ok(message.includes(code) && message.includes(place.folder), message);
        }
        await assert.rejects(journal.write({ job: "four", state: "waiting" }, true), { code: "FLUX_STORAGE" });
        fails = false;
        await journal.write({ job: "five", state: "waiting" }, true);
        await journal.write({ job: "three", state: "waiting" }, true);
        await journal.close();
        const expected = [...(hasFile ? ["one waiting"] : []), "five waiting", "three waiting"];
        assert.deepEqual(await place.found(), expected);
        assert.deepEqual(place.warnings, []);
      });
    }
  }

  it("does not bring to life what was reported as failed, even if its bytes stay in the file", async () => {
    let fails = false;
    const files = failingFiles(({ does, path }) => fails && isSegment(path) && does !== "write" && "EIO");
    const journal = await place.open({ files });
    await journal.write({ job: "one", state: "waiting" });
    fails = true;
    await assert.rejects(journal.write({ job: "one", state: "submitting" }));
    assert.match(await readFile(join(place.folder, "jobs-1.jsonl"), "utf8"), /submitting/);
    fails = false;
    await journal.write({ job: "two", state: "waiting" });
    // The broken file is not added to any more.
    assert.doesNotMatch(await readFile(join(place.folder, "jobs-1.jsonl"), "utf8"), /two/);
    await journal.close();
    assert.deepEqual(await place.found(), ["one waiting", "two waiting"]);
    const again = await place.open({
      whatIsKept:
        () =>
        ({ job }) =>
          job === "one",
    });
    await again.write({ job: "three", state: "waiting" });
    await again.close();
    assert.deepEqual(await place.found(), ["one waiting"]);
  });

  it("does not bring it to life either when the line that makes it void could not be written at first", async () => {
    let fails = false;
    const files = failingFiles(
      ({ does, path }) => fails && isSegment(path) && ["sync", "truncate"].includes(does) && "EIO",
    );
    const journal = await place.open({ files });
    fails = true;
    for (const job of ["one", "two"]) await assert.rejects(journal.write({ job, state: "waiting" }));
    fails = false;
    await journal.write({ job: "three", state: "waiting" });
    await journal.close();
    assert.deepEqual(await place.found(), ["three waiting"]);
  });

  it("cuts off at once what it reports as failed, should nothing be written any more before the next start", async () => {
    const files = failingFiles(({ does, path }) => isSegment(path) && does === "sync" && "EIO");
    const journal = await place.open({ files });
    await assert.rejects(journal.write({ job: "one", state: "waiting" }));
    await journal.close();
    assert.deepEqual(await place.found(), []);
  });

  it("refuses only the entry whose picture does not fit", async () => {
    const files = failingFiles(({ does, path }) => path.includes("pictures") && does === "write" && "ENOSPC");
    const journal = await place.open({ files });
    const [small, large] = await Promise.allSettled([
      journal.write({ job: "small", state: "waiting", data: { payload: "a cat" } }),
      journal.write({ job: "large", state: "waiting", data: { payload: Buffer.alloc(300_000) } }),
    ]);
    assert.equal(small.status, "fulfilled");
    assert.ok(large.status === "rejected" && /disk is full \(ENOSPC\)/.test(String(large.reason)));
    await journal.close();
    assert.deepEqual(await place.found(), ["small waiting"]);
  });

  it("is no reason not to start: a folder that cannot be opened refuses jobs until it can be", async () => {
    let code: string | false = "EROFS";
    const files = failingFiles(({ does }) => ["makeFolder", "create"].includes(does) && code);
    const journal = await place.open({ files });
    assert.deepEqual(journal.found, []);
    assert.equal(place.warnings.length, 1);
    assert.match(place.warnings[0] ?? "", /read-only \(EROFS\)/);
    await assert.rejects(journal.write({ job: "one", state: "waiting" }, true), { code: "FLUX_STORAGE" });
    code = false;
    await journal.write({ job: "two", state: "waiting" }, true);
    await journal.close();
    assert.deepEqual(await place.found(), ["two waiting"]);
    assert.equal(place.warnings.length, 1);
  });

  for (const does of ["syncFolder", "list", "write"] as const) {
    it(`is no reason to take an own failed attempt for another process: ${does}`, async () => {
      let isCreated = false;
      let hasFailed = false;
      const files = failingFiles((operation) => {
        isCreated ||= operation.does === "create";
        if (hasFailed || !isCreated || operation.does !== does) return false;
        hasFailed = true;
        return "EIO";
      });
      const journal = await place.open({ files });
      assert.match(place.warnings.join(), /cannot be opened/);
      await journal.write({ job: "one", state: "waiting" }, true);
      assert.deepEqual(place.warnings.slice(1), []);
      await journal.close();
      assert.deepEqual(await place.found(), ["one waiting"]);
    });
  }

  it("keeps earlier jobs for the next start when the folder opens late, whoever still needs them", async () => {
    const before = await place.open();
    await before.write({ job: "one", state: "waiting" });
    await before.close();
    let code: string | false = "EACCES";
    const files = failingFiles(({ does }) => does === "list" && code);
    const journal = await place.open({ files, whatIsKept: () => () => false });
    code = false;
    await journal.write({ job: "two", state: "waiting" });
    assert.match(place.warnings.join("\n"), /taken up when Node-RED starts the next time/);
    await journal.close();
    assert.deepEqual(await place.found(), ["one waiting", "two waiting"]);
  });

  it("does not set files aside because too many are open in this process", async () => {
    const before = await place.open();
    await before.write({ job: "one", state: "waiting" });
    await before.close();
    const files = failingFiles(({ does, path }) => does === "read" && isSegment(path) && "EMFILE");
    await place.open({ files });
    assert.match(place.warnings.join(), /too many files are open/);
    assert.deepEqual(await place.found(), ["one waiting"]);
  });

  it("that gives no rights is said so, by a real system", async function () {
    // Also root may not make a folder there; the rights of an ordinary folder do not stop root.
    if (process.platform !== "linux") return skipped(this, "only Linux has /sys");
    const journal = await place.open({ folder: "/sys/flux-jobs" });
    assert.match(place.warnings.join(), /may not write there|read-only/);
    await assert.rejects(journal.write({ job: "one", state: "waiting" }, true), { code: "FLUX_STORAGE" });
  });

  it("that has a file where the folder should be is said so", async () => {
    const parent = await mkdtemp(join(tmpdir(), "journal-"));
    try {
      const folder = join(parent, "flux-jobs");
      await writeFile(folder, "");
      const journal = await place.open({ folder });
      assert.match(place.warnings.join(), /a file is where a folder should be/);
      await assert.rejects(journal.write({ job: "one", state: "waiting" }), {
        code: "FLUX_STORAGE",
        message: /a file is where/,
      });
    } finally {
      await rm(parent, { recursive: true });
    }
  });
});
