import assert from "node:assert/strict";
import { priceOfPicture } from "../../sandbox/prices";
import { ahead } from "../support/crash/ahead";
import { inHouse, linesAbout } from "../support/crash/crash";
import type { Entrance, House } from "../support/crash/house";

/** What the sandbox takes for a picture of the crash tests, in US dollars. */
const PRICE = priceOfPicture("runware:107@1", 128, 128, 28);

describe("a budget, when Node-RED is killed,", function () {
  this.timeout(120_000);
  const it = ahead();

  const refused = async (house: House, entrance: Entrance, limits: Record<string, number>): Promise<void> => {
    const life = await house.start();
    await life.send(entrance, "one too many");
    await life.until(() => linesAbout(house, "one too many").length > 0, "the message came out");
    const [line] = linesAbout(house, "one too many");
    assert.equal(line?.error?.code, "FLUX_QUOTA", JSON.stringify(limits));
    assert.equal(line?.error?.billed, "no");
    const { jobs } = await house.sandbox.report();
    assert.equal(Object.keys(jobs).length, 1, "nothing was sent for it");
  };

  const cases = [
    ["runware", "after:closed", "what it spent", { picturesPerHour: 1 }],
    ["runware", "after:submitted", "what it reserved", { picturesPerDay: 1 }],
    // Room for one and a half: only who knows the price knows that the second does not fit.
    ["runware", "after:closed", "what Runware told that such a picture costs", { dollarsPerHour: 1.5 * PRICE }],
    ["fal", "after:submitted", "the author's price", { dollarsPerDay: 0.03, pricePerPicture: 0.02 }],
  ] as const;
  for (const [entrance, step, what, limits] of cases) {
    it(`still counts ${what} (${entrance}, at ${step})`, () =>
      inHouse({ account: limits, sandbox: { latency: 60_000 } }, async (house) => {
        if (step === "after:closed") await house.sandbox.configure({ latency: 0 });
        const before = await house.start({ step });
        await before.send(entrance, "first");
        await before.nodeRed.ended;
        await refused(house, entrance, limits);
      }));
  }
});

describe("a paid request to fal whose answer is lost, for an author who prefers paying again,", function () {
  this.timeout(120_000);
  const it = ahead();

  it("is sent again, and delivered once", () =>
    inHouse({ account: { lostAnswer: "repeat" } }, async (house) => {
      await house.sandbox.arm("lost-answer", { call: "submit" });
      const life = await house.start();
      await life.send("fal", "message");
      await life.step("after:closed");
      assert.deepEqual(
        linesAbout(house, "message").map(({ end }) => end),
        ["delivered"],
      );
      assert.equal(Object.keys((await house.sandbox.report()).jobs).length, 2);
    }));

  it("is sent again when the answer died with Node-RED", () =>
    inHouse({ account: { lostAnswer: "repeat" } }, async (house) => {
      const before = await house.start({ step: "posted" });
      await before.send("fal", "message");
      await before.nodeRed.ended;
      await house.sandbox.event(({ event }) => event === "accepted");
      const life = await house.start();
      await life.step("after:closed");
      assert.deepEqual(
        linesAbout(house, "message").map(({ end, recovered }) => [end, recovered]),
        [["delivered", true]],
      );
      assert.equal(Object.keys((await house.sandbox.report()).jobs).length, 2);
    }));
});
