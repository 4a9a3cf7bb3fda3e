import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { ahead } from "../support/crash/ahead";
import { inHouse, linesAbout } from "../support/crash/crash";
import type { FlowNode, House } from "../support/crash/house";
import { timePasses } from "../support/crash/time-passes";
import { allOut, begun, changed, finishAll, paidOnce } from "../support/deploys";
import { untilTold } from "../support/until-told";

const both = ["runware", "fal"] as const;

/** Accounts that are not the sandbox's by their settings: whose addresses and keys count. */
const account = { environment: "production", concurrency: 1, credentials: { apiKey: "canary-first-key" } };

const isAccount = ({ type }: FlowNode): boolean => type.endsWith("-account");

/** The same sandbox by another name. Pictures come from its address in figures. */
const renamed = (node: FlowNode, from: string, to: string): object =>
  Object.fromEntries(
    Object.entries(node).flatMap(([name, value]) =>
      name.endsWith("Url") ? [[name, String(value).replace(from, to)]] : [],
    ),
  );

const edits: [string, (node: FlowNode) => object][] = [
  ["key", () => ({ credentials: { apiKey: "canary-second-key" } })],
  ["address", (node) => renamed(node, "localhost", "127.0.0.1")],
  ["environment", () => ({ environment: "sandbox" })],
];

const flow = (usual: FlowNode[]): FlowNode[] =>
  changed(usual, (node) => (isAccount(node) ? renamed(node, "127.0.0.1", "localhost") : undefined));

const edited = ({ flow }: House, edit: (node: FlowNode) => object): FlowNode[] =>
  changed(flow, (node) => (isAccount(node) ? edit(node) : undefined));

describe("jobs of an account that is edited while one runs and one waits in line", function () {
  this.timeout(120_000);
  const it = ahead();

  for (const [what, edit] of edits) {
    it(`are not sent with another ${what}: the one that runs is delivered, the other ends with FLUX_CONFIG`, () =>
      inHouse({ account, flow, sandbox: untilTold }, async (house) => {
        const life = await house.start();
        for (const entrance of both) await begun(life, entrance, `${entrance} runs`);
        for (const entrance of both) await begun(life, entrance, `${entrance} waits`, { at: "after:waiting" });
        await life.nodeRed.deploy(edited(house, edit), "nodes");
        await house.sandbox.finish();
        await allOut(
          house,
          life,
          both.flatMap((entrance) => [`${entrance} runs`, `${entrance} waits`]),
        );
        for (const entrance of both) {
          assert.equal(linesAbout(house, `${entrance} runs`)[0]?.end, "delivered");
          const { error } = linesAbout(house, `${entrance} waits`)[0] ?? {};
          assert.deepEqual([error?.code, error?.billed], ["FLUX_CONFIG", "no"], error?.message);
        }
        await paidOnce(house, 2);
        assert.doesNotMatch(house.log(), /canary/);
      }));
  }

  it("are both delivered when the edit does not change what they were accepted for", () =>
    inHouse({ account, flow, sandbox: untilTold }, async (house) => {
      const life = await house.start();
      for (const entrance of both) await begun(life, entrance, `${entrance} runs`);
      for (const entrance of both) await begun(life, entrance, `${entrance} waits`, { at: "after:waiting" });
      await life.nodeRed.deploy(
        edited(house, () => ({ name: "renamed", timeout: 300, concurrency: 2 })),
        "nodes",
      );
      await finishAll(house);
      await allOut(
        house,
        life,
        both.flatMap((entrance) => [`${entrance} runs`, `${entrance} waits`]),
      );
      for (const { end, error } of house.lines()) assert.equal(end, "delivered", error?.message);
      await paidOnce(house, 4);
    }));
});

describe("jobs of an account that was edited while Node-RED was down", function () {
  this.timeout(120_000);
  const it = ahead();

  for (const [what, edit] of edits) {
    it(`are asked for with the new ${what}, and never sent again`, () =>
      inHouse(
        {
          account,
          ...(what === "address" && { flow }),
          sandbox: untilTold,
        },
        async (house) => {
          const before = await house.start();
          for (const entrance of both) await begun(before, entrance, `${entrance} runs`);
          for (const entrance of both) await begun(before, entrance, `${entrance} waits`, { at: "after:waiting" });
          await before.nodeRed.kill();
          await house.sandbox.finish();
          // Another key does not see its job: it is asked for until its time is over, of which 3 s are left.
          if (what === "key") await timePasses(house, 9.95);
          // The accounts come with a deploy, because of their keys: until then there are none.
          rmSync(join(house.userDir, "flows.json"));

          const life = await house.start(undefined, {}, edited(house, edit));
          await allOut(
            house,
            life,
            both.map((entrance) => `${entrance} waits`),
          );
          await life.until(
            () => both.every((entrance) => linesAbout(house, `${entrance} runs`).length > 0),
            "all came out",
          );
          for (const entrance of both) {
            const { error: refused } = linesAbout(house, `${entrance} waits`)[0] ?? {};
            assert.deepEqual([refused?.code, refused?.billed], ["FLUX_CONFIG", "no"], refused?.message);
            const [{ end, error, recovered } = {}] = linesAbout(house, `${entrance} runs`);
            if (what === "key") assert.deepEqual([error?.billed, error?.retryable], ["unknown", false], error?.message);
            else assert.deepEqual([end, recovered], ["delivered", true], error?.message);
          }
          await paidOnce(house, 2);
          assert.doesNotMatch(house.log(), /canary/);
        },
      ));
  }
});
