import { setTimeout as pause } from "node:timers/promises";

/** How long the process is looked at while it has nothing to do, in ms. */
const LOOK = 300;

/** Microseconds of CPU time in a second that are nothing to do: an idle Node-RED with a journal takes one to three thousand. */
const QUIET = 10_000;

/** What some work took of this process. */
export interface Taken {
  /** Of CPU time. */
  micros: number;
  seconds: number;
}

/** Runs `work`, and measures what all threads of this process took meanwhile. Rejects as it does. */
export async function takenBy(work: () => Promise<unknown>): Promise<Taken> {
  const begun = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { micros: user + system, seconds: (performance.now() - begun) / 1000 };
}

/**
 * Waits until the process has nothing left to do: a full garbage collection leaves work to V8's threads, and the journal
 * is compacted after many jobs. Neither is to be counted for who comes next.
 */
export async function rest(): Promise<void> {
  let perSecond: number;
  do {
    const { micros, seconds } = await takenBy(() => pause(LOOK));
    perSecond = micros / seconds;
  } while (perSecond > QUIET);
}
