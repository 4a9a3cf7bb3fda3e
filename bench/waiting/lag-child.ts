import { setTimeout as pause } from "node:timers/promises";
import { median } from "../figure";
import { startWaitingFlow } from "./flow";

/** How long a job takes at the service, in ms, and how many of them there are at any time. */
export interface LagTask {
  duration: number;
  jobs: number;
}

/** In ms. */
interface Lag {
  median: number;
  /** Of a hundred, the one that comes last but one. */
  p99: number;
}

/** The lag of jobs that came one after another, and of as many that came in one turn. */
export interface Lags {
  spread: Lag;
  atOnce: Lag;
}

const ROUNDS = 5;
/** As many jobs as are in flight at a time, so often, before those that count. */
const BEFORE = 2;

const task: LagTask = JSON.parse(process.argv[2] ?? "");

const lagOf = (lags: readonly number[]): Lag => {
  const sorted = lags.toSorted((one, other) => one - other);
  const at = (part: number): number => Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN);
  return { median: at(0.5), p99: at(0.99) };
};

/** The medians of several rounds. */
const inTheMiddle = (rounds: readonly Lag[]): Lag => ({
  median: median(rounds.map((round) => round.median)),
  p99: median(rounds.map((round) => round.p99)),
});

async function main({ duration, jobs }: LagTask): Promise<void> {
  const flow = await startWaitingFlow({ concurrency: 10 * jobs, duration });
  const measured = async (sending: () => Promise<void> | void, messages = jobs): Promise<number[]> => {
    const lags = flow.lags(messages);
    await sending();
    return lags;
  };
  const receiveAll = () => {
    for (let job = 0; job < jobs; job += 1) flow.receive();
  };
  await measured(receiveAll);
  const rounds: Lag[] = [];
  while (rounds.length < ROUNDS) rounds.push(lagOf(await measured(receiveAll)));
  const atOnce = inTheMiddle(rounds);
  // As many as end in the time that one takes; at first there are fewer, which do not count.
  const all = (BEFORE + ROUNDS) * jobs;
  const lags = await measured(async () => {
    const begun = performance.now();
    for (let sent = 0; sent < all; ) {
      for (; sent < ((performance.now() - begun) / duration) * jobs; sent += 1) flow.receive();
      await pause(1);
    }
  }, all);
  const windows = Array.from({ length: ROUNDS }, (_, round) => {
    const from = (BEFORE + round) * jobs;
    return lagOf(lags.slice(from, from + jobs));
  });
  const figures: Lags = { spread: inTheMiddle(windows), atOnce };
  console.log(JSON.stringify(figures));
  await flow.stop();
}

main(task);
