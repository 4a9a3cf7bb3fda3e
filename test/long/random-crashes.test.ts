import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readLine } from "../../lib/jobs/journal/line";
import { ahead } from "../support/crash/ahead";
import { inHouse } from "../support/crash/crash";
import type { Barrier, Entrance, House, HouseOptions, Life, Line } from "../support/crash/house";

const ROUNDS = Number(process.env.FLUX_ROUNDS ?? 50);
const JOBS = 20;
/** FLUX_SEED=<the seed of a round> FLUX_ROUNDS=1 repeats that round. */
const SEED = Number(process.env.FLUX_SEED ?? randomInt(2 ** 31));

/** What the messages may meet beside the crash; most meet nothing. */
const MISHAPS = [
  "",
  "",
  "",
  "",
  "",
  "",
  "",
  "[fault:moderated]",
  "[fault:fail]",
  "[fault:503 x1]",
  "[fault:lost-answer x1]",
];

/** Whole numbers from 0 up to below `limit`, the same for the same seed (mulberry32). */
function numbersOf(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const one = <Item>(items: readonly [Item, ...Item[]], number: (limit: number) => number): Item =>
  items[number(items.length)] ?? items[0];

/** Ids of the jobs that passed a step in any life. */
const jobsAt = (house: House, step: Barrier["step"]): Set<string> =>
  new Set(house.passed().flatMap((passed) => (passed.step === step && passed.job ? [passed.job] : [])));

/** Jobs that are in the journal and were not closed: some may be there although nobody was told any more. */
function openJobs({ folder }: House): string[] {
  if (!existsSync(folder)) return [];
  const open = new Set<string>();
  const segments = readdirSync(folder).filter((name) => name.endsWith(".jsonl") && name.startsWith("jobs-"));
  const lines = segments.flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"));
  const entries = lines.flatMap((line) => readLine(Buffer.from(line)) ?? []);
  for (const { job, state } of entries) if (state === "waiting") open.add(job);
  for (const { job, state } of entries) if (state === "closed") open.delete(job);
  return [...open];
}

/** Lets a process live until it dies, or until all that is open is closed. */
async function live(house: House, dieAt: Barrier | undefined, act: (life: Life) => Promise<void>): Promise<void> {
  const open = openJobs(house);
  let life: Life;
  try {
    life = await house.start(dieAt);
  } catch (error) {
    // It may die before its flows have started.
    if (dieAt) return;
    throw error;
  }
  await act(life);
  const isQuiet = (): boolean => {
    const closed = new Set(life.steps.flatMap(({ step, job }) => (step === "after:closed" ? [job] : [])));
    const begun = life.steps.flatMap(({ step, job }) => (step === "after:waiting" && job ? [job] : []));
    return [...open, ...begun].every((job) => closed.has(job));
  };
  const quiet = life.until(isQuiet, "all jobs were closed");
  await (dieAt ? Promise.race([quiet, life.nodeRed.ended]).catch(() => {}) : quiet);
  await life.nodeRed.kill();
}

async function round(house: House, number: (limit: number) => number): Promise<void> {
  const messages = Array.from({ length: JOBS }, (_, index) => ({
    topic: `message ${index}`,
    entrance: one<Entrance>(["runware", "fal", "fal-sync"], number),
    mishap: one(MISHAPS as [string, ...string[]], number),
  }));
  await live(house, { step: "any", nth: 1 + number(450) }, async (life) => {
    await Promise.all(
      messages.map(({ topic, entrance, mishap }) =>
        life.send(entrance, topic, { payload: `a harbour, ${topic} ${mishap}` }),
      ),
    );
  });
  for (let again = number(3); again > 0; again -= 1) {
    await live(house, { step: "any", nth: 1 + number(200) }, async () => {});
  }
  await live(house, undefined, async () => {});
  assert.deepEqual(openJobs(house), []);
  await assertPromises(house, new Map(messages.map(({ topic, entrance }) => [topic, entrance])));
}

/** What a message came to, in order; equal ends of several lives, which is what a crash after a send makes, are one. */
function endsOf(house: House, lines: readonly Line[]): string[] {
  const ends: string[] = [];
  for (const [index, { end, error, late, pid, job }] of lines.entries()) {
    const name = error?.code ?? (late ? "late" : end);
    const before = lines[index - 1];
    if (before && ends.at(-1) === name) {
      assert.notEqual(before.pid, pid, "the same end twice in one life");
      assert.equal(before.job, job, "another job id the second time");
      // Where the id is known: what came out before was not written down when that process died.
      const wasClosed = house
        .passed()
        .some((passed) => passed.pid === before.pid && passed.job === job && passed.step === "written:closed");
      assert.equal(job !== undefined && wasClosed, false, `${name} again, although it was written down`);
    } else ends.push(name);
  }
  return ends;
}

async function assertPromises(house: House, entrances: ReadonlyMap<string, Entrance>): Promise<void> {
  const lines = house.lines();
  const topics = new Set(lines.flatMap(({ topic }) => (topic === undefined ? [] : [topic])));
  // Of those that were written together with one at which the process died, only later lives tell.
  const accepted = new Set(
    house.passed().flatMap(({ step, job }) => (job !== undefined && step !== "before:waiting" ? [job] : [])),
  );
  assert.equal(topics.size, accepted.size, "as many messages have an end as were accepted");
  const { jobs } = await house.sandbox.report();
  for (const topic of topics) {
    const own = lines.filter((line) => line.topic === topic);
    const ends = endsOf(house, own);
    const [first = "", second, third] = ends;
    const isAllowed =
      third === undefined &&
      (second === undefined || (first === "FLUX_TIMEOUT" && second === "late")) &&
      (first === "delivered" || first.startsWith("FLUX_"));
    assert.ok(isAllowed, `${topic} ended as ${ends.join(", then ")}`);
    for (const { end, requestId = "" } of own) {
      if (end === "delivered") assert.equal(jobs[requestId]?.charges, 1, `${topic} is paid once`);
    }
  }
  const isFal = (id: string): boolean => !accepted.has(id);
  const sent = jobsAt(house, "written:submitting");
  const runware = Object.keys(jobs).filter((id) => !isFal(id));
  for (const [id, { submissions, charges }] of Object.entries(jobs)) {
    assert.ok(charges <= 1, `job ${id} was paid ${charges} times`);
    if (isFal(id)) assert.equal(submissions, 1);
    else assert.ok(sent.has(id), `job ${id} was sent before that was written down`);
  }
  // A task with an id that no job here has would look like one of fal's, so these are counted.
  const falMessages = [...topics].filter((topic) => entrances.get(topic)?.startsWith("fal")).length;
  const paidAtFal = Object.entries(jobs).filter(([id, { charges }]) => isFal(id) && charges > 0).length;
  assert.ok(paidAtFal <= falMessages, `${paidAtFal} jobs are paid for ${falMessages} messages at fal`);
  assert.ok(runware.length <= topics.size - falMessages, "a Runware job has a second taskUUID");
  assert.ok(paidAtFal + runware.length <= sent.size);
}

describe(`${ROUNDS} rounds of ${JOBS} jobs at both services, with Node-RED killed at random (FLUX_SEED=${SEED})`, function () {
  this.timeout(300_000);
  const it = ahead();

  for (let index = 0; index < ROUNDS; index += 1) {
    const seed = (SEED + index) % 2 ** 31;
    const number = numbersOf(seed);
    const isHasty = number(5) === 0;
    const options: HouseOptions = {
      // Of some rounds all jobs take longer than their time limit.
      account: { concurrency: 2 + number(20), retries: 6, ...(isHasty && { timeout: 1 }) },
      sandbox: {
        latency: isHasty ? 1500 : number(400),
        unknownTask: one(["empty", "error"], number),
        failureShape: one(["errors", "data"], number),
        jobsAhead: number(3),
      },
    };
    it(`${index + 1}: seed ${seed}`, () => inHouse(options, (house) => round(house, number)));
  }
});
