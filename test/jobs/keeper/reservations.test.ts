import assert from "node:assert/strict";
import { mock } from "node:test";
import { Budget } from "../../../lib/jobs/budget/budget";
import { NO_LIMITS } from "../../../lib/jobs/budget/limits";
import { Costs } from "../../../lib/jobs/costs/costs";
import type { Outcome } from "../../../lib/jobs/job";
import type { Journal, JournalEntry } from "../../../lib/jobs/journal/journal";
import { readFound } from "../../../lib/jobs/keeper/found";
import { type KeptJob, keptJob } from "../../../lib/jobs/keeper/kept-job";
import { Reservations, reservationsOf } from "../../../lib/jobs/keeper/reservations";
import type { RunContext } from "../../../lib/jobs/keeper/run-context";
import { savedJob, savedOutcome } from "../../../lib/jobs/keeper/saved";
import { Writer } from "../../../lib/jobs/keeper/writer";
import { heldBytes } from "../../support/garbage";
import { aJob } from "../job";

const HOUR = 3_600_000;
const picture = { id: "p", index: 0, url: "https://example.com/p.png", nsfw: false };
const made: Outcome = { answer: { pictures: [picture], errors: [] } };

const reservations = () =>
  new Reservations(
    new Writer(
      () => undefined,
      () => {},
    ),
    new Costs(() => {}),
  );

/** An account whose budget allows one picture an hour. */
function onePictureAnHour() {
  const budget = new Budget();
  budget.limits = { ...NO_LIMITS, picturesPerHour: 1 };
  return {
    context: { service: { budget }, isFor: () => true } as unknown as RunContext,
    reserve: (kept: KeptJob) => {
      kept.reservation = budget.reserve(kept.job.id, { shape: "s", pictures: 1, at: Date.now() });
    },
    hasRoom: () => {
      try {
        budget.reserve("next", { shape: "s", pictures: 1, at: Date.now() });
        budget.release("next");
        return true;
      } catch {
        return false;
      }
    },
  };
}

const aKept = (id = "job") => keptJob(aJob({ id, isJournalled: true }));

describe("what a job took of a budget", () => {
  beforeEach(() => mock.timers.enable({ apis: ["Date"], now: Date.now() }));
  afterEach(() => mock.timers.reset());

  it("counts for an hour, also when the job ended with an account that has another budget by then", () => {
    const known = reservations();
    const [old, now] = [onePictureAnHour(), onePictureAnHour()];
    const kept = aKept();
    known.restore(old.context);
    old.reserve(kept);
    known.restore(now.context);
    known.settle(kept, made);
    assert.deepEqual([old.hasRoom(), now.hasRoom()], [false, true]);
    mock.timers.tick(HOUR);
    assert.equal(old.hasRoom(), true);
  });

  it("counts for an hour, also when no account was there when it ended", () => {
    const known = reservations();
    const kept = aKept();
    onePictureAnHour().reserve(kept);
    known.settle(kept, made);
    const later = onePictureAnHour();
    known.restore(later.context);
    assert.equal(later.hasRoom(), false);
    mock.timers.tick(HOUR);
    assert.equal(later.hasRoom(), true);
  });

  it("counts for an hour when Node-RED died between its result and its delivery", async () => {
    const kept = aKept();
    onePictureAnHour().reserve(kept);
    const claim = { id: "c", nodeId: "n", message: {} };
    const entries: JournalEntry[] = [
      { job: "job", state: "waiting", at: Date.now(), data: savedJob(kept.job, claim, kept.reservation) },
      { job: "job", state: "submitting", at: Date.now(), data: { attempt: 1 } },
      { job: "job", state: "settled", at: Date.now(), data: savedOutcome(made) },
    ];
    const journal = { found: entries, read: async (value: unknown) => ({ value, dropped: [], cut: [] }) };
    const { open } = await readFound(journal as unknown as Journal, assert.fail);
    assert.equal(open.length, 1);
    const known = reservations();
    known.found(reservationsOf(open, []), []);
    const later = onePictureAnHour();
    known.restore(later.context);
    assert.equal(later.hasRoom(), false);
    mock.timers.tick(HOUR);
    assert.equal(later.hasRoom(), true);
  });

  it("is forgotten after a day, with and without limits", () => {
    const known = reservations();
    const { context } = onePictureAnHour();
    context.service.budget.limits = NO_LIMITS;
    known.restore(context);
    const endMany = (many: number) => {
      for (let job = 0; job < many; job += 1) {
        const kept = aKept(`${Date.now()}`);
        kept.reservation = context.service.budget.reserve(kept.job.id, { shape: "s", pictures: 1, at: Date.now() });
        known.settle(kept, made);
        mock.timers.tick(HOUR);
      }
      return heldBytes();
    };
    const before = endMany(100);
    const grown = endMany(30_000) - before;
    assert(grown < 1_000_000, `${grown} bytes are kept of 30,000 jobs`);
  });
});
