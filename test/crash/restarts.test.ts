import assert from "node:assert/strict";
import { ahead } from "../support/crash/ahead";
import { crash, type Expected, inHouse, linesAbout, probed } from "../support/crash/crash";
import type { Barrier, Entrance } from "../support/crash/house";
import { timePasses } from "../support/crash/time-passes";
import { finishAll } from "../support/deploys";
import { untilTold } from "../support/until-told";

const once: Expected = { delivered: 1, submissions: 1, charges: 1 };

describe("a message whose Node-RED is killed, and killed again while it recovers,", function () {
  this.timeout(120_000);
  const it = ahead();

  const cases: [Entrance, Barrier["step"][], Expected][] = [
    ["runware", ["after:waiting", "written:submitting"], once],
    ["runware", ["after:submitting", "posted", "before:settled"], once],
    ["runware", ["posted", "polled", "before:settled"], once],
    ["runware", ["before:closed", "before:closed"], { ...once, delivered: 3, afterRestart: 1 }],
    ["fal", ["after:waiting", "posted"], { caught: "FLUX_OUTCOME_UNKNOWN", submissions: 1, charges: 1 }],
    ["fal", ["after:submitted", "polled", "before:settled"], once],
    ["fal", ["written:submitting", "after:settled"], { caught: "FLUX_OUTCOME_UNKNOWN", submissions: 0, charges: 0 }],
  ];
  for (const [entrance, [first = "posted", ...others], expected] of cases) {
    it(`${entrance}: at ${[first, ...others].join(", then at ")}`, () =>
      crash({ entrance, dieAt: { step: first }, again: others.map((step) => ({ step })), expected }));
  }
});

describe("a message whose Node-RED was away for long after it was killed", function () {
  this.timeout(120_000);
  const it = ahead();
  const patient = { account: { timeout: 86_400 } };

  it("is not sent to Runware again 11 minutes after it may have been sent", () =>
    crash({
      ...patient,
      entrance: "runware",
      dieAt: { step: "after:submitting" },
      between: (house) => timePasses(house, 11),
      expected: { caught: "FLUX_OUTCOME_UNKNOWN", submissions: 0, charges: 0 },
    }));

  it("is delivered 11 minutes later where Runware has it", () =>
    crash({
      ...patient,
      entrance: "runware",
      dieAt: { step: "posted" },
      between: (house) => timePasses(house, 11),
      expected: once,
    }));

  it("is sent for the first time 11 minutes later where it was not sent before", () =>
    crash({
      ...patient,
      entrance: "fal",
      dieAt: { step: "after:waiting" },
      between: (house) => timePasses(house, 11),
      expected: once,
    }));

  for (const entrance of ["runware", "fal"] as const) {
    it(`is delivered by ${entrance} although its time limit passed meanwhile, where its result is there`, () =>
      crash({ entrance, dieAt: { step: "polled" }, between: (house) => timePasses(house, 11), expected: once }));
  }

  for (const deaths of [[], ["after:overdue"], ["after:told"]] as const) {
    const until = deaths.length > 0 ? `, also when it is killed again at ${deaths.join()}` : "";
    it(`ends as FLUX_TIMEOUT where its result is not there, and is then delivered late, each once${until}`, () =>
      // Each look lets a job move up by one place: it has its turn only after its time limit was seen to have passed.
      inHouse({ sandbox: { jobsAhead: 3 } }, async (house) => {
        const before = await house.start({ step: "polled" });
        await before.send("fal", "message");
        await before.nodeRed.ended;
        // The sandbox rehearses the hour of late results in a minute.
        await timePasses(house, 10.1);
        for (const step of deaths) await house.startAndDie({ step });
        const life = await house.start();
        await life.step("after:closed");
        await house.sandbox.configure({ jobsAhead: 0 });
        await probed(house, life, "fal");
        assert.deepEqual(
          linesAbout(house, "message").map(({ end, error, late, recovered }) => [error?.code ?? end, late, recovered]),
          [
            ["FLUX_TIMEOUT", undefined, undefined],
            ["delivered", true, true],
          ],
        );
        const { jobs } = await house.sandbox.report();
        for (const { submissions, charges } of Object.values(jobs)) assert.deepEqual([submissions, charges], [1, 1]);
      }));
  }
});

describe("messages with one idempotency key, when Node-RED is killed,", function () {
  this.timeout(120_000);
  const it = ahead();
  const key = { idempotencyKey: "order 7", payload: "a harbour" };

  it("get the result of a job that had ended, without paying again", () =>
    inHouse({}, async (house) => {
      const before = await house.start({ step: "after:closed" });
      await before.send("runware", "first", key);
      await before.nodeRed.ended;
      const life = await house.start();
      await life.send("runware", "second", key);
      await life.until(() => linesAbout(house, "second").length === 1, "the second message came out");
      const [first, second] = house.lines();
      assert.deepEqual([first?.end, second?.end, second?.payload], ["delivered", "delivered", first?.payload]);
      const { jobs } = await house.sandbox.report();
      assert.deepEqual(
        Object.values(jobs).map(({ submissions, charges }) => [submissions, charges]),
        [[1, 1]],
      );
    }));

  for (const step of ["written:joined", "after:joined", "before:delivered", "written:delivered"] as const) {
    it(`at ${step}, are each answered by the one job that they share`, () =>
      inHouse({ sandbox: untilTold }, async (house) => {
        const before = await house.start({ step });
        await before.send("fal", "first", key);
        // Of a request that is under way at fal nobody could say what became of it.
        await before.step("after:submitted");
        await before.send("fal", "second", key);
        // The first has its picture no earlier than the second has joined it, of which Node-RED may have died.
        await before.step("after:joined").catch(() => before.nodeRed.ended);
        await finishAll(house);
        await before.nodeRed.ended;
        const life = await house.start();
        await probed(house, life, "fal");
        const ends = () => ["first", "second"].map((topic) => linesAbout(house, topic).length);
        await life.until(() => ends().every((count) => count > 0), "both came out");
        const shared = [...linesAbout(house, "first"), ...linesAbout(house, "second")];
        assert.equal(new Set(shared.map(({ job }) => job)).size, 1);
        assert.deepEqual(new Set(shared.map(({ end }) => end)), new Set(["delivered"]));
        // Twice only what had come out when that was not yet written down.
        const most = step.endsWith("joined") ? 1 : 2;
        assert.ok(Math.max(...ends()) <= most, JSON.stringify(ends()));
        const { jobs } = await house.sandbox.report();
        const counts = Object.values(jobs).map(({ submissions, charges }) => [submissions, charges]);
        assert.deepEqual(counts, [
          [1, 1],
          [1, 1],
        ]);
      }));
  }
});

describe("a journal that is being compacted when Node-RED is killed", function () {
  this.timeout(120_000);
  const it = ahead();

  for (const step of ["before:compaction", "after:compaction"] as const) {
    it(`at ${step}, has lost no job, and does not bring back those that had ended`, () =>
      inHouse({}, async (house) => {
        const first = await house.start({ step: "after:closed" });
        await first.send("runware", "earlier");
        await first.nodeRed.ended;
        const second = await house.start({ step });
        await second.send("runware", "message");
        await second.nodeRed.ended;
        const life = await house.start();
        await probed(house, life, "runware");
        await life.until(() => linesAbout(house, "message").length > 0, "the message came out");
        assert.deepEqual(
          house
            .lines()
            .map(({ topic, end }) => [topic, end])
            .sort(),
          [
            ["earlier", "delivered"],
            ["message", "delivered"],
            ["probe", "delivered"],
          ],
        );
        const { jobs } = await house.sandbox.report();
        const counts = Object.values(jobs).map(({ submissions, charges }) => [submissions, charges]);
        assert.deepEqual(counts, [
          [1, 1],
          [1, 1],
          [1, 1],
        ]);
      }));
  }
});

describe("Node-RED that is stopped with Ctrl-C while jobs run", function () {
  this.timeout(120_000);
  const it = ahead();

  it("ends by itself, waits for no service, and delivers each job once after it was started again", () =>
    inHouse({ account: { concurrency: 2 }, sandbox: { latency: 700 } }, async (house) => {
      const topics: string[] = [];
      const before = await house.start();
      for (const entrance of ["runware", "fal"] as const) {
        // Two jobs run, of which one never ends; two wait in line.
        await before.send(entrance, "never", { payload: "a harbour [fault:never]" });
        for (const count of [1, 2, 3]) {
          topics.push(`${entrance} ${count}`);
          await before.send(entrance, `${entrance} ${count}`);
        }
      }
      for (const call of ["getResponse", "status"]) {
        await house.sandbox.event((happened) => happened.event === "request" && happened.calls.includes(call));
      }
      await before.nodeRed.stop();
      assert.equal(await before.nodeRed.ended, "code 0");
      assert.doesNotMatch(before.nodeRed.log(), /Error stopping node|timed out/i);
      assert.equal((await house.sandbox.report()).calls.cancel ?? 0, 0);

      const life = await house.start();
      const delivered = () => house.lines().map(({ topic }) => topic);
      await life.until(() => delivered().length >= topics.length, "all were delivered");
      for (const entrance of ["runware", "fal"] as const) await probed(house, life, entrance);
      assert.deepEqual(
        delivered()
          .filter((topic) => topic !== "probe")
          .sort(),
        topics.sort(),
      );
      assert.doesNotMatch(life.nodeRed.log(), /Another process|cannot be read|Set aside/);
      const { jobs } = await house.sandbox.report();
      for (const { submissions, charges } of Object.values(jobs)) assert.deepEqual([submissions, charges], [1, 1]);
    }));
});

describe("two Node-RED processes on one user directory", function () {
  this.timeout(120_000);
  const it = ahead();

  it("both deliver; what the second leaves when it is killed is taken over by the next start", () =>
    inHouse({}, async (house) => {
      const first = await house.start();
      await probed(house, first, "runware");
      const second = await house.start({ step: "after:submitted", nth: 2 });
      await second.nodeRed.waitForLog(/Another process works with the jobs/);
      await second.send("runware", "of the second");
      await second.until(() => linesAbout(house, "of the second").length === 1, "the second process delivered");
      await second.send("runware", "left behind");
      await second.nodeRed.ended;
      await first.send("runware", "of the first");
      await first.until(() => linesAbout(house, "of the first").length === 1, "the first process delivered");
      assert.deepEqual(linesAbout(house, "left behind"), []);
      await first.nodeRed.stop();

      const next = await house.start();
      await next.until(() => linesAbout(house, "left behind").length === 1, "the job was taken over");
      await next.step("after:closed");
      assert.deepEqual(
        house.lines().map(({ topic, end }) => [topic, end]),
        [
          ["probe", "delivered"],
          ["of the second", "delivered"],
          ["of the first", "delivered"],
          ["left behind", "delivered"],
        ],
      );
      const { jobs } = await house.sandbox.report();
      for (const { submissions, charges } of Object.values(jobs)) assert.deepEqual([submissions, charges], [1, 1]);
    }));
});
