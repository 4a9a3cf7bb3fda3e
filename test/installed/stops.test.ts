import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ahead } from "../support/crash/ahead";
import { inHouse, linesAbout, probed } from "../support/crash/crash";
import type { House } from "../support/crash/house";
import { allOut, begun, paidOnce } from "../support/deploys";

const both = ["runware", "fal"] as const;

describe("Node-RED that is stopped while its services do not answer", function () {
  this.timeout(120_000);
  const it = ahead();

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`ends by itself (${signal}); the jobs are delivered after the next start, which says what their messages lost`, () =>
      inHouse({}, async (house) => {
        const asking = { runware: "getResponse", fal: "status" };
        for (const call of Object.values(asking)) await house.sandbox.arm("slow=3600", { call });
        const before = await house.start();
        for (const entrance of both) await begun(before, entrance, entrance);
        for (const call of Object.values(asking)) {
          await house.sandbox.event((happened) => happened.event === "request" && happened.calls.includes(call));
        }
        process.kill(before.nodeRed.pid, signal);
        assert.equal(await before.nodeRed.ended, "code 0");
        assert.doesNotMatch(before.nodeRed.log(), /Error stopping node|timed out/i);
        assert.equal(house.lines().length, 0);

        const life = await house.start();
        await allOut(house, life, both);
        for (const { end, recovered, hasResponse, warnings = [] } of house.lines()) {
          assert.deepEqual([end, recovered, hasResponse], ["delivered", true, false]);
          const lost = "came back after a restart of Node-RED. What could not be kept on disk is missing in it: ";
          assert.ok(
            warnings.some((warning) => warning.includes(`${lost}msg.req, msg.res.`)),
            warnings.join(),
          );
        }
        await life.nodeRed.waitForLog(/\[warn\] \[runware-flux-krea:runware\] .*missing in it: msg\.req, msg\.res/);
        await paidOnce(house, 2);
      }));
  }
});

/** The files in the journal's folder, with what is in them. */
const filesIn = ({ folder }: House): [string, string][] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => [path, readFileSync(path, "latin1")]);

describe("the folder of the journal once everything was delivered", function () {
  this.timeout(120_000);
  const it = ahead();

  it("holds nothing of the messages and their pictures after the next start, for nobody but its user to read", () =>
    inHouse({}, async (house) => {
      const message = {
        payload: "canary of a prompt",
        note: "canary of a message",
        // Too large for a line, so it has a file of its own.
        long: "canary of a long text ".repeat(20_000),
      };
      const before = await house.start();
      for (const entrance of [...both, "fal-sync"] as const) await before.send(entrance, `canary ${entrance}`, message);
      await allOut(
        house,
        before,
        [...both, "fal-sync"].map((entrance) => `canary ${entrance}`),
      );
      await before.nodeRed.kill();
      assert.ok(filesIn(house).some(([, content]) => content.includes("canary")));

      const life = await house.start();
      await probed(house, life, "runware");
      await life.step("after:compaction");
      await probed(house, life, "fal");
      await life.nodeRed.stop();
      assert.equal(statSync(house.folder).mode & 0o777, 0o700);
      for (const [path, content] of filesIn(house)) {
        assert.equal(statSync(path).mode & 0o777, 0o600, path);
        assert.match(path, /(jobs-\d+(-compacted)?\.jsonl|owner-\d+\.json|costs\.json)$/);
        assert.doesNotMatch(content, /canary|;base64,/, path);
      }
      for (const { end } of linesAbout(house, "probe")) assert.equal(end, "delivered");
      await paidOnce(house, 5);
    }));
});
