import { join } from "node:path";
import { gapAfter, MOST_IDS, pollDelay, usualPace } from "../../lib/providers/runware/pace";
import { figuresOf } from "../child-figures";
import { type Figure, rounded } from "../figure";
import type { Cost, CostTask } from "./cost-child";
import type { Lags, LagTask } from "./lag-child";
import type { Memory, MemoryTask } from "./memory-child";

/** How long a job takes at the service, in ms. */
const DURATION = 5000;

const IN_FLIGHT = 1000;
const SIZES = [10, 100, 1000, 10_000];
const ROUNDS = 5;

const ran = <Figures>(program: string, task: object): Promise<Figures> => figuresOf(join(__dirname, program), task);

/** What it costs that jobs wait for the service: how late their results are, and what many of them take. */
export async function waiting(): Promise<Figure[]> {
  return [...(await lag()), ...(await growth()), await memory()];
}

async function lag(): Promise<Figure[]> {
  const task: LagTask = { duration: DURATION, jobs: IN_FLIGHT };
  const { spread, atOnce } = await ran<Lags>("lag-child.ts", task);
  const gap = gapAfter(usualPace, Math.ceil(IN_FLIGHT / MOST_IDS));
  return [
    ...lagFigures("1,000 async jobs of 5 s in flight, one comes every 5 ms", spread, gap),
    ...lagFigures("1,000 async jobs of 5 s that came in one turn", atOnce, lastGap()),
  ];
}

const lagFigures = (jobs: string, { median, p99 }: Lags["spread"], gap: number): Figure[] => [
  {
    measure: `lag behind the service, p99: ${jobs}`,
    reached: p99,
    unit: "ms",
    atMost: gap + 250,
    from: `the gap between polls is ${gap} ms by then; from the end at the service to the next node`,
  },
  { measure: "the same, median", reached: median, unit: "ms", atMost: 1000, from: `${median} ms` },
];

/** Between the polls of jobs that came together, when these are done: before and after, in ms. */
function lastGap(): number {
  let polls = 0;
  for (let at = 0; at < DURATION; polls += 1) at += pollDelay(usualPace, polls);
  return pollDelay(usualPace, polls - 1);
}

async function growth(): Promise<Figure[]> {
  const all: (Cost & { jobs: number })[] = [];
  for (const jobs of SIZES) {
    const task: CostTask = { duration: DURATION, inFlight: jobs, jobs, rounds: ROUNDS };
    all.push({ jobs, ...(await ran<Cost>("cost-child.ts", task)) });
  }
  const most = all.at(-1);
  const costs = all.map(({ cpu }) => cpu);
  const between = (some: number[]): number => rounded(Math.max(...some) / Math.min(...some));
  const told = all.map(({ jobs, cpu }) => `${jobs} jobs: ${cpu} us each`).join(", ");
  return [
    {
      measure: "CPU per job with 10,000 in flight, against the cheapest of 10, 100 and 1,000",
      reached: rounded((most?.cpu ?? Number.NaN) / Math.min(...costs.slice(0, -1))),
      unit: "x",
      atMost: 1.5,
      from: `${told}; each number in a process of its own that has had at least 5,000 jobs before; all come in one turn, 5 s at the service, journal on; without the ${all.map(({ idle }) => rounded(idle / 1000)).join(", ")} ms that an idle Node-RED takes in a second`,
    },
    {
      measure: "the most expensive of 100, 1,000 and 10,000 in flight against the cheapest of them",
      reached: between(costs.slice(1)),
      unit: "x",
      atMost: 1.5,
      from: "the same figures",
    },
    {
      measure: "the most expensive of all four against the cheapest",
      reached: between(costs),
      unit: "x",
      atMost: 1.5,
      from: "the same figures; ten jobs have no more than ten to share a poll, an fsync and a drawing with",
    },
    {
      measure: "longest block of the event loop, 10,000 jobs that come in one turn",
      reached: most?.block ?? Number.NaN,
      unit: "ms",
      from: "one run of these",
    },
  ];
}

async function memory(): Promise<Figure> {
  const task: MemoryTask = { before: 1000, jobs: 9000 };
  const { job, message } = await ran<Memory>("memory-child.ts", task);
  return {
    measure: "memory of a waiting job beyond its message, 10,000 in flight",
    reached: rounded((job - message) / 1000),
    unit: "kB",
    atMost: 8,
    from: `heap after garbage collection: ${job} bytes for each job after the first 1,000, ${message} of them its message`,
  };
}
