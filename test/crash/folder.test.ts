import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ahead } from "../support/crash/ahead";
import { crash, inHouse, linesAbout, probed } from "../support/crash/crash";
import type { House } from "../support/crash/house";
import { finishAll } from "../support/deploys";
import { untilTold } from "../support/until-told";

/** All that is in the journal's folder, folders included. */
const everythingIn = ({ folder }: House): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));

const segmentsIn = ({ folder }: House): string[] =>
  readdirSync(folder)
    .filter((name) => /^jobs-.*\.jsonl$/.test(name))
    .map((name) => join(folder, name));

const submissionsAt = async ({ sandbox }: House): Promise<number[][]> =>
  Object.values((await sandbox.report()).jobs).map(({ submissions, charges }) => [submissions, charges]);

describe("a request with a signed address, which is not kept on disk,", function () {
  this.timeout(120_000);
  const it = ahead();
  const image_url = "https://bucket.example/picture.png?X-Amz-Signature=canary-signature";
  const message = { flux: { image_url } };

  it("is not sent without it after a crash: FLUX_STORAGE, and nothing is paid", () =>
    crash({
      entrance: "fal",
      message,
      dieAt: { step: "after:waiting" },
      expected: { caught: "FLUX_STORAGE", submissions: 0, charges: 0 },
    }));

  it("is not sent without it either where it stands in the prompt", () =>
    crash({
      entrance: "runware",
      message: {
        payload: "a harbour like https://bucket.example/picture.png?X-Amz-Signature=canary-signature, at dusk",
      },
      dieAt: { step: "after:waiting" },
      expected: { caught: "FLUX_STORAGE", submissions: 0, charges: 0 },
    }));

  it("is not sent again without it after a crash at its submit: nobody knows what was sent, and nothing else is", () =>
    crash({
      entrance: "runware",
      message: {
        payload: "a harbour like https://bucket.example/picture.png?X-Amz-Signature=canary-signature, at dusk",
      },
      dieAt: { step: "after:submitting" },
      expected: { caught: "FLUX_OUTCOME_UNKNOWN", submissions: 0, charges: 0 },
    }));

  it("is delivered after a crash where it had been sent", () =>
    crash({
      entrance: "fal",
      message,
      dieAt: { step: "after:submitted" },
      expected: { delivered: 1, submissions: 1, charges: 1 },
    }));
});

describe("the folder of the journal", function () {
  this.timeout(120_000);
  const it = ahead();

  it("is for its own user only, and holds neither the key nor signed addresses, before and after delivery", () =>
    inHouse(
      {
        flow: (nodes) =>
          nodes.map((node) =>
            node.type.endsWith("-account") ? { ...node, credentials: { apiKey: `canary:key-${node.type}` } } : node,
          ),
      },
      async (house) => {
        const check = (): void => {
          const found = everythingIn(house);
          assert.ok(found.some((path) => path.endsWith(".jsonl")));
          assert.equal(statSync(house.folder).mode & 0o777, 0o700);
          for (const path of found) {
            const stat = statSync(path);
            assert.equal(stat.mode & 0o777, stat.isDirectory() ? 0o700 : 0o600, path);
            if (stat.isDirectory()) continue;
            const content = readFileSync(path, "latin1");
            for (const canary of [
              "canary:key",
              "canary-signature",
              Buffer.from("canary:key").toString("base64").slice(0, 12),
            ]) {
              assert.equal(content.includes(canary), false, `${canary} in ${path}`);
            }
          }
        };
        const more = {
          signed: "https://bucket.example/picture.png?X-Amz-Signature=canary-signature",
          deep: [{ url: "https://user:canary-signature@bucket.example/picture.png" }],
          // Too large for a line.
          large: `https://bucket.example/?sig=canary-signature&x=${"x".repeat(400_000)}`,
        };
        const life = await house.start({ step: "after:closed", nth: 3 });
        await life.send("runware", "kept", { ...more, payload: "a harbour [fault:never]" });
        await life.send("fal", "kept", { ...more, payload: "a harbour [fault:never]" });
        // Both are written down, and nothing is written while they are looked at: their jobs never end.
        await life.until(() => life.count("after:submitted") === 2, "both run");
        check();
        await life.send("runware", "delivered", more);
        await life.send("fal", "delivered", more);
        await life.until(() => house.lines().length === 2, "two were delivered");
        await life.send("fal-sync", "delivered", more);
        await life.nodeRed.ended;
        check();
      },
    ));

  it("that is a file refuses messages with FLUX_STORAGE, and nothing is sent", () =>
    inHouse({}, async (house) => {
      writeFileSync(house.folder, "in the way");
      const life = await house.start();
      for (const entrance of ["runware", "fal", "fal-sync"] as const) await life.send(entrance, entrance);
      await life.until(() => house.lines().length === 3, "all were refused");
      for (const { error } of house.lines()) {
        assert.deepEqual([error?.code, error?.billed], ["FLUX_STORAGE", "no"], error?.message);
      }
      assert.equal((await house.sandbox.report()).requests, 0);
      assert.equal(readFileSync(house.folder, "utf8"), "in the way");
      // Taken out of the way, the next message is accepted.
      rmSync(house.folder);
      await probed(house, life, "runware");
    }));

  it("on a full disk refuses messages with FLUX_STORAGE and sends nothing; with room again, messages are accepted", async () => {
    await inHouse({}, async (house) => {
      mkdirSync(house.folder, { mode: 0o700 });
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", house.folder], { stdio: "ignore" });
      } catch {
        console.log("        not tested here: a full disk, because this user may not mount one");
        return;
      }
      try {
        const life = await house.start();
        await probed(house, life, "runware");
        const before = (await house.sandbox.report()).requests;
        const filler = join(house.folder, "filler");
        try {
          writeFileSync(filler, Buffer.alloc(512 * 1024));
        } catch {
          // As intended.
        }
        // Larger than what is left of the page that the journal wrote to last.
        const large = { large: "x".repeat(20_000) };
        for (const entrance of ["runware", "fal"] as const) await life.send(entrance, entrance, large);
        const refused = () => house.lines().filter(({ end }) => end === "caught");
        await life.until(() => refused().length === 2, "both were refused");
        for (const { error } of refused()) {
          assert.deepEqual([error?.code, error?.billed], ["FLUX_STORAGE", "no"], error?.message);
        }
        assert.equal((await house.sandbox.report()).requests, before);
        rmSync(filler);
        await probed(house, life, "fal");
        await life.nodeRed.kill();
        // What was refused does not come back.
        const next = await house.start();
        await probed(house, next, "runware");
        assert.equal(refused().length, 2);
        assert.deepEqual(await submissionsAt(house), [
          [1, 1],
          [1, 1],
          [1, 1],
        ]);
      } finally {
        execFileSync("umount", ["--lazy", house.folder], { stdio: "ignore" });
      }
    });
  });

  it("that holds as much as settings.js allows refuses messages with FLUX_BUSY, and nothing is sent", () =>
    inHouse({ settings: { fluxJobs: { maxBytes: 1000 } } }, async (house) => {
      const life = await house.start();
      await life.send("fal", "message");
      await life.until(() => house.lines().length === 1, "the message came out");
      const [line] = house.lines();
      assert.deepEqual([line?.error?.code, line?.error?.billed], ["FLUX_BUSY", "no"]);
      assert.match(String(line?.error?.message), /of at most 1\.0 kB.*fluxJobs\.maxBytes/);
      assert.deepEqual(await submissionsAt(house), []);
    }));

  it("has its usual size, and the log says so, where settings.js names none that can be used", () =>
    inHouse({ settings: { fluxJobs: { maxBytes: "5 MB" } } }, async (house) => {
      const life = await house.start();
      await life.nodeRed.waitForLog(/fluxJobs in settings\.js cannot be used.*2 GB/);
      await life.send("fal", "message");
      await life.until(() => house.lines().length === 1, "the message came out");
      assert.equal(house.lines()[0]?.end, "delivered");
    }));

  it("with a damaged line sets that aside with a warning, and delivers the others", () =>
    inHouse({ sandbox: untilTold }, async (house) => {
      const before = await house.start({ step: "after:submitted", nth: 2 });
      await Promise.all([before.send("fal", "damaged"), before.send("fal", "whole")]);
      await before.nodeRed.ended;
      await finishAll(house);
      assert.deepEqual(house.lines(), []);
      const [segment = ""] = segmentsIn(house);
      const lines = readFileSync(segment, "utf8").split("\n");
      const index = lines.findIndex((line) => line.includes('"state":"waiting"') && line.includes("harbour, damaged"));
      const line = lines[index] ?? "";
      lines[index] = line.replace("harbour, damaged", "harbour, dam?ged");
      assert.notEqual(lines[index], line);
      writeFileSync(segment, lines.join("\n"));

      const life = await house.start();
      await life.until(() => linesAbout(house, "whole").length === 1, "the other was delivered");
      await probed(house, life, "fal");
      assert.deepEqual(linesAbout(house, "damaged"), []);
      assert.equal(linesAbout(house, "whole")[0]?.end, "delivered");
      await life.nodeRed.waitForLog(/\[warn\] .*1 line.* cannot be read/);
      const aside = readdirSync(house.folder).filter((name) => name.startsWith("damaged-"));
      assert.equal(aside.length, 1);
      assert.match(readFileSync(join(house.folder, String(aside[0])), "utf8"), /harbour, dam\?ged/);
      // Its id is told, because fal has it.
      await life.nodeRed.waitForLog(/has lost what job/);
      assert.deepEqual(await submissionsAt(house), [
        [1, 1],
        [1, 1],
        [1, 1],
      ]);
      // Said once, not at each start.
      await life.nodeRed.kill();
      const next = await house.start();
      await probed(house, next, "fal");
      assert.doesNotMatch(next.nodeRed.log(), /cannot be read/);
    }));

  it("with a damaged file beside it delivers the result without its message, and the others whole", () =>
    inHouse({ sandbox: untilTold }, async (house) => {
      const before = await house.start({ step: "after:submitted", nth: 2 });
      const send = (topic: string, letter: string) => before.send("fal", topic, { large: letter.repeat(400_000) });
      await Promise.all([send("damaged", "x"), send("whole", "y")]);
      await before.nodeRed.ended;
      await finishAll(house);
      const outside = everythingIn(house).find(
        (path) => statSync(path).size >= 400_000 && readFileSync(path, "latin1").startsWith("xxx"),
      );
      assert.ok(outside);
      writeFileSync(outside, "garbage");
      writeFileSync(join(house.folder, "jobs-999.jsonl"), Buffer.from([0, 255, 10, 13, 10, 200]));

      const life = await house.start();
      await life.until(() => linesAbout(house, "whole").length === 1, "the other was delivered");
      await probed(house, life, "fal");
      assert.equal(linesAbout(house, "whole")[0]?.end, "delivered");
      await life.nodeRed.waitForLog(/\[warn\] .*cannot be read/);
      await life.nodeRed.waitForLog(/\[warn\] .*message of job .* is lost, its result is not/);
      const withoutTopic = house.lines().filter(({ topic }) => topic === undefined);
      assert.deepEqual(
        withoutTopic.map(({ end }) => end),
        ["delivered"],
      );
      assert.deepEqual(await submissionsAt(house), [
        [1, 1],
        [1, 1],
        [1, 1],
      ]);
    }));
});
