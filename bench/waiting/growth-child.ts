import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { inTurns } from "../figure";
import { rest, takenBy } from "../rest";
import { startWaitingFlow, type WaitingFlow } from "./flow";

/** So many jobs in flight, each of which takes `duration` ms at the service, and how often that is measured. */
export interface GrowthTask {
  duration: number;
  jobs: number;
  rounds: number;
}

export interface Growth {
  /** Microseconds of CPU time of this process for each job, without what an idle Node-RED takes. */
  cpu: number;
  /** Microseconds of CPU time that an idle Node-RED takes in a second. */
  idle: number;
  /** The longest time for which the event loop did nothing else, in ms. */
  block: number;
}

/** Jobs by which V8 gets to know the code: how many are in flight is to be measured, not how many there have been. */
const WARM_UP = { rounds: 5, jobs: 1000 };

/** How long an idle Node-RED is looked at, in ms. */
const IDLE = 3000;

const task: GrowthTask = JSON.parse(process.argv[2] ?? "");

async function run(flow: WaitingFlow, jobs: number): Promise<void> {
  const all = flow.lags(jobs);
  for (let job = 0; job < jobs; job += 1) flow.receive();
  await all;
}

async function main({ duration, jobs, rounds }: GrowthTask): Promise<void> {
  const flow = await startWaitingFlow({ concurrency: Math.max(jobs, WARM_UP.jobs), duration });
  for (let round = 0; round < WARM_UP.rounds; round += 1) await run(flow, WARM_UP.jobs);
  await rest();
  const { micros: idling, seconds: idleFor } = await takenBy(() => pause(IDLE));
  const idle = idling / idleFor;
  const cpuOf = async (): Promise<number> => {
    await rest();
    const { micros, seconds } = await takenBy(() => run(flow, jobs));
    return Math.round((micros - idle * seconds) / jobs);
  };
  const { cpu } = await inTurns({ cpu: cpuOf }, rounds);
  // Apart: looking at the loop costs CPU time.
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  await run(flow, jobs);
  delay.disable();
  const figures: Growth = { cpu, idle: Math.round(idle), block: Math.round(delay.max / 1e6) };
  console.log(JSON.stringify(figures));
  await flow.stop();
}

main(task);
