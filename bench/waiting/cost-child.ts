import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { inTurns } from "../figure";
import { rest, takenBy } from "../rest";
import { startWaitingFlow } from "./flow";

/** How many jobs, how many of them at a time, how long each takes at the service, in ms, and how often that is measured. */
export interface CostTask {
  duration: number;
  inFlight: number;
  jobs: number;
  rounds: number;
}

export interface Cost {
  /** Microseconds of CPU time of this process for each job, without what an idle Node-RED takes. */
  cpu: number;
  /** The same of the first jobs of the process. */
  first: number;
  /** What an idle Node-RED takes in the time of a job, in microseconds for each job. */
  idlePerJob: number;
  /** Microseconds of CPU time that an idle Node-RED takes in a second. */
  idle: number;
  /** The longest time for which the event loop did nothing else, in ms. */
  block: number;
}

/** Jobs by which V8 gets to know the code: how many are in flight is to be measured, not how many there have been. */
const WARM_UP = { rounds: 5, jobs: 1000 };

/** How long an idle Node-RED is looked at, in ms. */
const IDLE = 3000;

const task: CostTask = JSON.parse(process.argv[2] ?? "");

async function main({ duration, inFlight, jobs, rounds }: CostTask): Promise<void> {
  const flow = await startWaitingFlow({ concurrency: Math.max(inFlight, WARM_UP.jobs), duration });
  const round = () => flow.pass(jobs, inFlight);
  const first = await takenBy(round);
  for (let warm = 0; warm < WARM_UP.rounds; warm += 1) await flow.pass(WARM_UP.jobs, WARM_UP.jobs);
  await rest();
  const { micros: idling, seconds: idleFor } = await takenBy(() => pause(IDLE));
  const idle = idling / idleFor;
  const perJob = ({ micros, seconds }: typeof first): number => Math.round((micros - idle * seconds) / jobs);
  let seconds = 0;
  const cpuOf = async (): Promise<number> => {
    await rest();
    const taken = await takenBy(round);
    seconds = taken.seconds;
    return perJob(taken);
  };
  const { cpu } = await inTurns({ cpu: cpuOf }, rounds);
  // Apart: looking at the loop costs CPU time.
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  await round();
  delay.disable();
  const figures: Cost = {
    cpu,
    first: perJob(first),
    idlePerJob: Math.round((idle * seconds) / jobs),
    idle: Math.round(idle),
    block: Math.round(delay.max / 1e6),
  };
  console.log(JSON.stringify(figures));
  await flow.stop();
}

main(task);
