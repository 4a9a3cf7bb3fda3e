import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openJournal } from "../../lib/jobs/journal/open";
import { ahead } from "../support/crash/ahead";
import { inHouse, linesAbout, probed } from "../support/crash/crash";
import type { FlowNode, House, HouseOptions, Life } from "../support/crash/house";
import { allOut, begun, changed, finishAll, paidOnce, wayTo, without } from "../support/deploys";
import { untilTold } from "../support/until-told";

const both = ["runware", "fal"] as const;
const never = { payload: "a harbour [fault:never]" };

/** One job of each account runs and never ends, one waits in line. */
async function twoOfEach(life: Life): Promise<{ running: string[]; waiting: string[] }> {
  const running: string[] = [];
  const waiting: string[] = [];
  for (const entrance of both) running.push(await begun(life, entrance, "runs", never));
  for (const entrance of both) waiting.push(await begun(life, entrance, "waits", { at: "after:waiting" }));
  return { running, waiting };
}

const shortGrace: HouseOptions = { account: { concurrency: 1, cancelAfter: 1 } };

const withoutBoth = (flow: readonly FlowNode[]): FlowNode[] => without(flow, "runware", "fal");

const cancellations = async ({ sandbox }: House): Promise<number> => (await sandbox.report()).calls.cancel ?? 0;

describe("the jobs of nodes that a deploy deletes", function () {
  this.timeout(120_000);
  const it = ahead();

  it("are cancelled after the grace period where that can be done, and the log says what became of each", () =>
    inHouse(shortGrace, async (house) => {
      const life = await house.start();
      const { running, waiting } = await twoOfEach(life);
      await life.nodeRed.deploy(withoutBoth(house.flow), "nodes");
      for (const job of [...running, ...waiting]) await life.step("after:closed", job);
      for (const said of [
        `Job ${running[0]} was to be cancelled because its node was deleted, but .*billed`,
        "Job [\\w-]+ was cancelled because its node was deleted",
        ...waiting.map((job) => `Job ${job} was dropped because its node was deleted; nothing was sent for it`),
      ]) {
        await life.nodeRed.waitForLog(new RegExp(said));
      }
      assert.equal(await cancellations(house), 1);
      // Their places are free again, and they do not come back with their nodes.
      await life.nodeRed.deploy(house.flow);
      for (const entrance of both) await probed(house, life, entrance);
      assert.equal(house.lines().length, 2);
      await paidOnce(house, 4);
    }));

  it("are delivered when the deletion is taken back within the grace period", () =>
    inHouse({ sandbox: untilTold }, async (house) => {
      const life = await house.start();
      for (const entrance of both) await begun(life, entrance, entrance);
      await life.nodeRed.deploy(withoutBoth(house.flow), "nodes");
      await life.nodeRed.deploy(house.flow, "nodes");
      await house.sandbox.finish();
      await allOut(house, life, both);
      assert.equal(await cancellations(house), 0);
      await paidOnce(house, 2);
    }));

  const left: [string, (flow: readonly FlowNode[]) => FlowNode[]][] = [
    ["other nodes of the pack are left", withoutBoth],
    ["no node of the pack is left", (flow) => flow.filter(({ type }) => !/^(runware|fal)-/.test(type))],
  ];
  for (const [what, edit] of left) {
    it(`are given up after the next start when Node-RED was killed within the grace period, and ${what}`, () =>
      inHouse(shortGrace, async (house) => {
        // As soon as it is written down that all four are away.
        const before = await house.start({ step: "after:absence", nth: 4 });
        const { running, waiting } = await twoOfEach(before);
        await before.nodeRed.deploy(edit(house.flow), "full").catch(() => {});
        await before.nodeRed.ended;

        const life = await house.start(undefined, {}, edit(house.flow));
        for (const job of [...running, ...waiting]) await life.step("after:closed", job);
        for (const job of waiting) {
          await life.nodeRed.waitForLog(new RegExp(`Job ${job} was dropped .*; nothing was sent for it`));
        }
        await life.nodeRed.waitForLog(new RegExp(`Nobody waits for job ${running[0]} any more`));
        await paidOnce(house, 2);
        await life.nodeRed.deploy(house.flow);
        for (const entrance of both) await probed(house, life, entrance);
        assert.equal(house.lines().length, 2);
      }));
  }
});

describe("jobs whose nodes do not run when Node-RED starts again", function () {
  this.timeout(120_000);
  const it = ahead();

  const away: [string, (flow: readonly FlowNode[]) => FlowNode[]][] = [
    [
      "because they were disabled",
      (flow) => changed(flow, ({ id }) => (id === "runware" || id === "fal" ? { d: true } : undefined)),
    ],
    ["because the flow file was changed in the meantime", withoutBoth],
  ];
  for (const [why, edit] of away) {
    it(`wait ${why}, and are delivered once a deploy brings the nodes back`, () =>
      inHouse(
        {
          account: { concurrency: 1, cancelAfter: 0 },
          sandbox: untilTold,
          flow: (usual) => [
            ...usual,
            ...wayTo("runware-probe", { id: "probe-krea", type: "runware-flux-krea", account: "account-runware" }),
            ...wayTo("fal-probe", { id: "probe-srpo", type: "fal-flux-srpo", account: "account-fal", version: 1 }),
          ],
        },
        async (house) => {
          const before = await house.start();
          for (const entrance of both) await begun(before, entrance, `${entrance} runs`);
          for (const entrance of both) await begun(before, entrance, `${entrance} waits`, { at: "after:waiting" });
          await before.nodeRed.kill();
          await finishAll(house);

          const life = await house.start(undefined, {}, edit(house.flow));
          for (const probe of ["runware-probe", "fal-probe"] as const) {
            await begun(life, probe, probe);
            await allOut(house, life, [probe]);
          }
          // Another deploy, which has nothing to do with them.
          await life.nodeRed.deploy([...edit(house.flow), { id: "more", type: "tab", label: "More" }], "nodes");
          assert.equal(house.lines().length, 2, "only the probes came out");
          await paidOnce(house, 4);
          await life.nodeRed.deploy(house.flow, "nodes");
          const topics = both.flatMap((entrance) => [`${entrance} runs`, `${entrance} waits`]);
          await allOut(house, life, topics);
          for (const topic of topics) assert.equal(linesAbout(house, topic)[0]?.recovered, true);
          await paidOnce(house, 6);
        },
      ));
  }

  it("are set aside with a warning when the nodes have been missing for 7 days; msg.resume gets a result all the same", () =>
    inHouse({ account: { concurrency: 1 }, sandbox: untilTold }, async (house) => {
      const before = await house.start();
      const running: string[] = [];
      for (const entrance of both) running.push(await begun(before, entrance, "runs", { note: `note of ${entrance}` }));
      const waiting = await begun(before, "fal", "waits", { at: "after:waiting" });
      await before.nodeRed.stop();
      await finishAll(house);
      await beAbsentFor(7 * 24 * 3_600_000, house, [...running, waiting]);

      const between = await house.start(undefined, {}, withoutBoth(house.flow));
      for (const job of [...running, waiting]) await between.step("after:aside", job);
      const missing = "has been missing from the flows for 7 days";
      const aside = (job: string, entrance: string, what: string) =>
        between.nodeRed.waitForLog(new RegExp(`Job ${job} was set aside: its node ${entrance} ${missing}; ${what}`));
      await aside(waiting, "fal", "nothing was sent");
      const resumable: (string | undefined)[] = [];
      for (const [index, job] of running.entries()) {
        const [, id] = await aside(job, both[index] ?? "", "msg.resume with ([\\w-]+)");
        resumable.push(id);
      }
      await between.nodeRed.stop();

      const life = await house.start();
      for (const entrance of both) await probed(house, life, entrance);
      assert.equal(house.lines().length, 2, "only the probes came out");
      for (const [index, entrance] of both.entries())
        await life.send(entrance, `resumed ${entrance}`, { resume: resumable[index] });
      await allOut(house, life, ["resumed runware", "resumed fal"]);
      for (const { end, error } of house.lines()) assert.equal(end, "delivered", error?.message);
      await paidOnce(house, 4);
      await life.nodeRed.stop();

      // What was got after all is not kept any longer.
      const last = await house.start();
      await probed(house, last, "runware");
      await last.step("after:compaction");
      const kept = readdirSync(house.folder)
        .filter((name) => name.endsWith(".jsonl"))
        .map((name) => readFileSync(join(house.folder, name), "utf8"))
        .join();
      assert.equal(kept.includes("note of runware"), false);
    }));
});

/** Writes into the journal that jobs have waited for their nodes so long, in ms. */
async function beAbsentFor(time: number, { folder }: House, jobs: readonly string[]): Promise<void> {
  const warn = (text: string) => assert.fail(text);
  const journal = await openJournal({ folder, largest: 1e9, whatIsKept: () => () => true, warn });
  for (const job of jobs) {
    await journal.write({ job, state: "absence", data: { before: 0, since: Date.now() - time } });
  }
  await journal.close();
}
