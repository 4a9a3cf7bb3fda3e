import { setTimeout as pause } from "node:timers/promises";
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

const task: LagTask = JSON.parse(process.argv[2] ?? "");

const lagOf = (lags: readonly number[]): Lag => {
  const sorted = lags.toSorted((one, other) => one - other);
  const at = (part: number): number => Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN);
  return { median: at(0.5), p99: at(0.99) };
};

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
  const atOnce = lagOf(await measured(receiveAll));
  // As many as end in the time that one takes; three times, of which the last counts: until then there are fewer.
  const lags = await measured(async () => {
    const begun = performance.now();
    for (let sent = 0; sent < 3 * jobs; ) {
      for (; sent < ((performance.now() - begun) / duration) * jobs; sent += 1) flow.receive();
      await pause(1);
    }
  }, 3 * jobs);
  const figures: Lags = { spread: lagOf(lags.slice(-jobs)), atOnce };
  console.log(JSON.stringify(figures));
  await flow.stop();
}

main(task);
