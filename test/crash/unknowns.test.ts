import type { SandboxOptions } from "../../sandbox";
import { ahead } from "../support/crash/ahead";
import { type Crash, crash, type Expected } from "../support/crash/crash";
import type { House, Life } from "../support/crash/house";

type Settings = NonNullable<SandboxOptions["settings"]>;

const once: Expected = { delivered: 1, submissions: 1, charges: 1 };

/** Polls stop knowing the job at the crash. */
const forgotten: Settings = { pollsForgetAfter: 0 };
const remembered: Settings = { pollsForgetAfter: null };

const settingsFrom =
  (settings: Settings) =>
  ({ sandbox }: House): Promise<void> =>
    sandbox.configure(settings);

/** Polls know the job again as soon as it was sent a second time. */
const untilSentAgain = async ({ sandbox }: House): Promise<void> => {
  await sandbox.event((happened) => {
    const { id } = happened as { id?: string };
    const sent = sandbox.events.filter((one) => one.event === "submitted" && one.id === id);
    return sent.length === 2;
  });
  await sandbox.configure(remembered);
};

/** Polls know jobs again, which the probe needs, once the message has had its end. */
const untilItsEnd = async (house: House, life: Life): Promise<void> => {
  await life.until(() => house.lines().length === 1, "the message had its end");
  await house.sandbox.configure(remembered);
};

interface Case extends Partial<Crash> {
  title: string;
  expected: Expected;
}

describe("a Runware job whose answer died with the process, at a service that", function () {
  this.timeout(120_000);
  const it = ahead();

  const cases: Case[] = [
    {
      title: "would charge a repeated taskUUID again: is asked for, not sent again",
      sandbox: { repeatedTask: "charge-again" },
      expected: once,
    },
    {
      title: "tells unknown tasks as errors: is asked for, not sent again",
      sandbox: { unknownTask: "error" },
      expected: once,
    },
    {
      title: "has forgotten it for polls but has an archive: is found there",
      between: settingsFrom(forgotten),
      expected: once,
    },
    ...(["empty", "forbidden"] as const).flatMap((archive): Case[] => [
      {
        title: `has forgotten it, with its archive ${archive}: is sent again under the same taskUUID, and refused as known`,
        sandbox: { archive },
        between: settingsFrom(forgotten),
        afterwards: untilSentAgain,
        expected: { delivered: 1, submissions: 2, charges: 1 },
      },
      {
        title: `has forgotten it for ever, with its archive ${archive}: ends as an error that says it may be paid`,
        sandbox: { archive },
        between: settingsFrom(forgotten),
        afterwards: untilItsEnd,
        expected: { caught: "FLUX_OUTCOME_UNKNOWN", submissions: 2, charges: 1 },
      },
    ]),
    {
      title: "has forgotten it and charges a repeated taskUUID again: is paid twice under one taskUUID, delivered once",
      sandbox: { archive: "empty", repeatedTask: "charge-again" },
      between: settingsFrom(forgotten),
      afterwards: untilSentAgain,
      expected: { delivered: 1, submissions: 2, charges: 2 },
    },
    {
      title:
        "has forgotten it and refuses a taskUUID for a while only: is paid twice under one taskUUID, delivered once",
      sandbox: { archive: "empty", repeatedTask: { forgetAfter: 0 } },
      between: settingsFrom(forgotten),
      afterwards: untilSentAgain,
      expected: { delivered: 1, submissions: 2, charges: 2 },
    },
  ];
  for (const { title, ...rest } of cases) {
    it(title, () => crash({ entrance: "runware", dieAt: { step: "posted" }, ...rest }));
  }

  for (const unknownTask of ["empty", "error"] as const) {
    it(`answers ${unknownTask} for a task that never came: is sent once`, () =>
      crash({ entrance: "runware", dieAt: { step: "after:submitting" }, sandbox: { unknownTask }, expected: once }));
  }
});

describe("a job that was accepted and is forgotten at the service before Node-RED is back", function () {
  this.timeout(120_000);
  const it = ahead();

  it("comes out of Runware's archive", () =>
    crash({
      entrance: "runware",
      dieAt: { step: "polled" },
      between: settingsFrom(forgotten),
      expected: once,
    }));

  for (const archive of ["empty", "forbidden"] as const) {
    it(`is an error at Catch where Runware's archive is ${archive}, and is not sent again`, () =>
      crash({
        entrance: "runware",
        dieAt: { step: "polled" },
        sandbox: { archive },
        between: settingsFrom(forgotten),
        afterwards: untilItsEnd,
        expected: { caught: "FLUX_OUTCOME_UNKNOWN", submissions: 1, charges: 1 },
      }));
  }

  it("is an error at Catch where fal's retention is over, and is not sent again", () =>
    crash({
      entrance: "fal",
      dieAt: { step: "polled" },
      between: settingsFrom(forgotten),
      afterwards: untilItsEnd,
      expected: { caught: "FLUX_OUTCOME_UNKNOWN", submissions: 1, charges: 1 },
    }));
});
