import { setTimeout as pause } from "node:timers/promises";
import { collectGarbage } from "../collect-garbage";
import { newMessage, startWaitingFlow } from "./flow";

/** How many jobs wait, once so many do. */
export interface MemoryTask {
  before: number;
  jobs: number;
}

/** Bytes of the heap for each job, its message included, and for each message alone. */
export interface Memory {
  job: number;
  message: number;
}

const task: MemoryTask = JSON.parse(process.argv[2] ?? "");

/** Longer than the measuring. */
const DURATION = 3_600_000;

/** What was written of the last jobs is durable by then, and let go of. */
const REST = 5000;

function heapUsed(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function bytesOfMessage(messages: number): number {
  const before = heapUsed();
  const all = Array.from({ length: messages }, (_, number) => newMessage(number));
  return (heapUsed() - before) / all.length;
}

async function main({ before, jobs }: MemoryTask): Promise<void> {
  const message = bytesOfMessage(jobs);
  const flow = await startWaitingFlow({ concurrency: before + jobs, duration: DURATION });
  const waitFor = async (more: number, all: number): Promise<number> => {
    for (let job = 0; job < more; job += 1) flow.receive();
    await flow.submitted(all);
    await pause(REST);
    return heapUsed();
  };
  // By then all code is loaded and compiled.
  const idle = await waitFor(before, before);
  const job = ((await waitFor(jobs, before + jobs)) - idle) / jobs;
  const figures: Memory = { job: Math.round(job), message: Math.round(message) };
  console.log(JSON.stringify(figures));
  // Its jobs would be waited for.
  process.exit();
}

main(task);
