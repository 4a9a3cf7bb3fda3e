import { join } from "node:path";
import { figuresOf } from "../child-figures";
import { type Figure, rounded } from "../figure";
import type { Cost, CostTask } from "./cost-child";

const ROUNDS = 5;

/** What a job costs as long as nobody sets anything else: it waits for the service, and the journal knows of it. */
export async function usual(): Promise<Figure[]> {
  const task: CostTask = { duration: 1000, inFlight: 16, jobs: 320, rounds: ROUNDS };
  const { cpu, first, idle, idlePerJob } = await figuresOf<Cost>(join(__dirname, "cost-child.ts"), task);
  const milliseconds = (micros: number): number => rounded(micros / 1000);
  return [
    {
      measure: "CPU per job, as by default: async, address, journal on, 1 s at the service, 16 in flight",
      reached: milliseconds(cpu),
      unit: "ms",
      atMost: 1,
      from: `submits and polls included, in a process that has had at least 5,000 jobs before; with the ${milliseconds(idle)} ms that an idle Node-RED takes in a second ${milliseconds(cpu + idlePerJob)} ms`,
    },
    {
      measure: "the same for the first 320 jobs of a process",
      reached: milliseconds(first),
      unit: "ms",
      from: "V8 does not know the code yet",
    },
  ];
}
