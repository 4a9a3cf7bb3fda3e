import { monitorEventLoopDelay } from "node:perf_hooks";
import { inTurns } from "../figure";
import { startWaitingFlow } from "./flow";

/** How long a job takes at the service, in ms; how many of them wait at once; how often each is measured. */
export interface GrowthTask {
  duration: number;
  sizes: number[];
  rounds: number;
}

export interface Growth {
  /** Microseconds of CPU time of this process for each job, by the number of jobs. */
  cpu: Record<string, number>;
  /** The longest time for which the event loop did nothing else, with the largest number of jobs, in ms. */
  block: number;
}

const task: GrowthTask = JSON.parse(process.argv[2] ?? "");

async function main({ duration, sizes, rounds }: GrowthTask): Promise<void> {
  const most = Math.max(...sizes);
  const flow = await startWaitingFlow({ concurrency: most, duration });
  const run = async (jobs: number): Promise<void> => {
    const all = flow.lags(jobs);
    for (let job = 0; job < jobs; job += 1) flow.receive();
    await all;
  };
  const cpuOf = async (jobs: number): Promise<number> => {
    globalThis.gc?.();
    const before = process.cpuUsage();
    await run(jobs);
    const { user, system } = process.cpuUsage(before);
    return Math.round((user + system) / jobs);
  };
  const cpu = await inTurns(Object.fromEntries(sizes.map((size) => [size, () => cpuOf(size)])), rounds);
  // Apart: looking at the loop costs CPU time.
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  await run(most);
  delay.disable();
  const figures: Growth = { cpu, block: Math.round(delay.max / 1e6) };
  console.log(JSON.stringify(figures));
  await flow.stop();
}

main(task);
