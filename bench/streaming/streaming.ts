import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { nextFrom, startChild } from "../child-service";
import { type Figure, inTurns, median, rounded } from "../figure";
import type { Contender, Round } from "./task";

/** Pictures of a round, and bytes of each. */
const ROUND = { count: 100, bytes: 20_000_000 };
const AT_ONCE = 4;

const NAME = "100 pictures of 20 MB from URLs into a bucket, 4 at a time";

/**
 * What it takes to bring pictures from their addresses into a bucket, against a node with a bare pipe of undici and the
 * AWS SDK. Pictures, store and both Node-REDs are in processes of their own.
 */
export async function streaming(): Promise<Figure[]> {
  const children: ChildProcess[] = [];
  const start = async (program: string, task?: Contender): Promise<{ child: ChildProcess; said: string }> => {
    const child = startChild(join(__dirname, program), task);
    children.push(child);
    return { child, said: await nextFrom<string>(child) };
  };
  try {
    const [pictures, store] = [await start("picture-host-child.ts"), await start("store-child.ts")];
    const places = { pictures: pictures.said, store: store.said, atOnce: AT_ONCE };
    const ours = await start("contender-child.ts", { ...places, name: "upload" });
    const bare = await start("contender-child.ts", { ...places, name: "pipe" });
    return await compare(ours.child, bare.child);
  } finally {
    for (const child of children) if (child.connected) child.disconnect();
  }
}

async function compare(ours: ChildProcess, bare: ChildProcess): Promise<Figure[]> {
  const rounds = { ours: [] as Round[], bare: [] as Round[] };
  const run = async (child: ChildProcess, name: keyof typeof rounds): Promise<number> => {
    child.send(ROUND);
    const round = await nextFrom<Round>(child);
    rounds[name].push(round);
    return round.seconds;
  };
  const seconds = await inTurns({ ours: () => run(ours, "ours"), bare: () => run(bare, "bare") });
  const cpu = { ours: cpuOf(rounds.ours), bare: cpuOf(rounds.bare) };
  const [our, other] = [memoryOf(rounds.ours), memoryOf(rounds.bare)];
  return [
    {
      measure: `${NAME}: time, against a node with a bare AWS SDK pipe`,
      reached: rounded(seconds.ours / seconds.bare),
      unit: "x",
      atMost: 1.15,
      from: `ours ${rounded(seconds.ours)} s, the pipe ${rounded(seconds.bare)} s`,
    },
    {
      measure: "the same, CPU time",
      reached: rounded(cpu.ours / cpu.bare),
      unit: "x",
      atMost: 1.15,
      from: `ours ${rounded(cpu.ours)} s, the pipe ${rounded(cpu.bare)} s`,
    },
    {
      measure: "the same, memory over idle",
      reached: our.peak - our.idle,
      unit: "MB",
      atMost: 150,
      from: `ours ${memoryIn(our)}; the pipe ${memoryIn(other)}`,
    },
  ];
}

/** The first round was to warm up. */
const cpuOf = (rounds: readonly Round[]): number => median(rounds.slice(1).map(({ cpuSeconds }) => cpuSeconds));

/** The peak is that of all rounds. */
const memoryOf = (rounds: readonly Round[]): Memory => rounds.at(-1) ?? { started: 0, idle: 0, peak: 0 };

type Memory = Pick<Round, "started" | "idle" | "peak">;

const memoryIn = ({ started, idle, peak }: Memory): string =>
  `started ${started} MB, with the S3 client ${idle} MB, peak ${peak} MB`;
