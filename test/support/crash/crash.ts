import assert from "node:assert/strict";
import { type Barrier, type Entrance, type House, type HouseOptions, type Life, type Line, openHouse } from "./house";

/** What is to come of a message whose process died. */
export interface Expected {
  /** How often it leaves the node, with the same job id each time. */
  delivered?: number;
  /** The code of the error at its Catch node. */
  caught?: string;
  /** At the service: how often the job was sent there, and paid for. */
  submissions: number;
  charges: number;
  /** How often its result leaves after the restart; as often as in all, unless told. */
  afterRestart?: number;
  /** Whether the service is asked for it after the restart. */
  asked?: boolean;
}

export interface Crash extends HouseOptions {
  entrance: Entrance;
  dieAt: Barrier;
  /** Where the processes after it die, one after the other. */
  again?: readonly Barrier[];
  /** More of the message. */
  message?: Record<string, unknown>;
  /** What is changed between the last crash and the restart. */
  between?: (house: House) => Promise<void>;
  /** The same, once Node-RED runs again. */
  afterwards?: (house: House, life: Life) => Promise<void>;
  /** What else is to hold when all is over. */
  atTheEnd?: (house: House) => Promise<void>;
  expected: Expected;
}

const PROBE = "probe";
const TOPIC = "message";

/**
 * Runs `work` in a house, which is closed after it. What fails is told with what Node-RED wrote.
 * @param patience how long it may take, in ms
 */
export async function inHouse<Result>(
  options: HouseOptions,
  work: (house: House) => Promise<Result>,
  patience = 60_000,
): Promise<Result> {
  const house = await openHouse(options);
  // Several run side by side, so mocha's own limit is not about one of them.
  const limit = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`nothing came of it for ${patience / 1000} s`)), patience).unref();
  });
  try {
    return await Promise.race([work(house), limit]);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`${message}\n${house.log()}\n${JSON.stringify(house.lines(), null, 1)}`, { cause: error });
  } finally {
    await house.close();
  }
}

/** Sends a message, lets the process die at the barrier, starts it again, and compares what came of it with what was expected. */
export const crash = ({
  entrance,
  dieAt,
  again = [],
  message,
  between,
  afterwards,
  atTheEnd,
  expected,
  ...options
}: Crash): Promise<void> =>
  inHouse(options, async (house) => {
    const before = await house.start(dieAt);
    await before.send(entrance, TOPIC, message);
    await before.nodeRed.ended;
    for (const barrier of again) await house.startAndDie(barrier);
    // It left the process before that died; now it also arrives.
    const wasPosted = [dieAt, ...again].some(({ step }) => step === "posted");
    if (wasPosted) await house.sandbox.event(({ event }) => event === "accepted");
    await between?.(house);
    const asked = await pollsOf(house);
    const deliveredBefore = linesAbout(house, TOPIC).length;

    const life = await house.start();
    await afterwards?.(house, life);
    const probe = await probed(house, life, entrance);
    const { delivered = 0, caught, submissions, charges, afterRestart = delivered } = expected;
    const comesBack = afterRestart > 0 || caught !== undefined;
    if (comesBack) await life.until(() => closedJobs(life) === 2, "the job was closed");
    assert.equal(closedJobs(life), comesBack ? 2 : 1, "jobs closed after the restart");

    const ends = comesBack ? Math.max(afterRestart, 1) : 0;
    // Nodes behind the inference node may take their time.
    await life.until(() => linesAbout(house, TOPIC).length >= deliveredBefore + ends, "the message had its end");
    const lines = linesAbout(house, TOPIC);
    assert.equal(lines.length - deliveredBefore, ends, "ends after the restart");
    assert.deepEqual(
      lines.map(({ end, error }) => error?.code ?? end),
      [...Array(delivered).fill("delivered"), ...(caught === undefined ? [] : [caught])],
    );
    assert.ok(new Set(lines.map(({ job }) => job)).size <= 1, "one job id");
    for (const line of lines.slice(deliveredBefore)) {
      assert.equal(line.hasResponse, false);
      if (line.end === "delivered") assert.equal(line.recovered, true);
    }
    const { jobs } = await house.sandbox.report();
    // One that is only asked for is counted there, too.
    const ours = Object.entries(jobs).filter(([id, counts]) => id !== probe.requestId && counts.submissions > 0);
    assert.equal(ours.length, submissions > 0 ? 1 : 0, "jobs at the service");
    for (const [id, counts] of ours) {
      assert.equal(counts.submissions, submissions, "submissions");
      assert.equal(counts.charges, charges, "charges");
      if (entrance === "runware" && lines[0]?.job !== undefined) assert.equal(id, lines[0].job);
      if (expected.asked !== undefined) assert.equal(counts.polls > asked, expected.asked, "asked after the restart");
    }
    await atTheEnd?.(house);
  });

const closedJobs = ({ steps }: Life): number =>
  new Set(steps.flatMap(({ step, job }) => (step === "after:closed" ? [job] : []))).size;

export const linesAbout = (house: House, topic: string): Line[] => house.lines().filter((line) => line.topic === topic);

async function pollsOf({ sandbox }: House): Promise<number> {
  const { jobs } = await sandbox.report();
  return Object.values(jobs).reduce((sum, { polls }) => sum + polls, 0);
}

/** A message that nothing happens to: when it is done, what was recovered before it has at least begun. */
export async function probed(house: House, life: Life, entrance: Entrance): Promise<Line> {
  const since = linesAbout(house, PROBE).length;
  assert.equal(await life.send(entrance, PROBE), true);
  await life.until(() => linesAbout(house, PROBE).length > since, "the probe came out");
  const line = linesAbout(house, PROBE).at(-1);
  assert.ok(line);
  assert.equal(line.end, "delivered", line.error?.message);
  await life.step("after:closed", line.job);
  return line;
}
