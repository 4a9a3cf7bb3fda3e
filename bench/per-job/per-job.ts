import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { nextFrom, startChild } from "../child-service";
import { type Figure, inTurns, rounded } from "../figure";
import type { ContenderTask } from "./contender-child";

/** Jobs of one round. */
const MANY = 10_000;
/** Of those with pictures inside. */
const FEW = 100;

/** CPU time per job of Node-RED's process, sixteen messages in flight, against a service that answers at once. */
export async function perJob(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const measure of [againstFlows, againstFalClient, withPictures]) figures.push(...(await measure()));
  return figures;
}

async function againstFlows(): Promise<Figure[]> {
  const cpu = await cpuOf({ minimal: MANY, "self-made": MANY, "journal off": MANY, "journal on": MANY });
  const [off, on] = [cpu["journal off"], cpu["journal on"]];
  const minimal = `the minimal node ${rounded(cpu.minimal)} us`;
  return [
    against(
      "CPU per job, sync, journal off, against a minimal node written by hand",
      off / cpu.minimal,
      1.8,
      `ours ${rounded(off)} us, ${minimal}`,
    ),
    against(
      "the same against a flow of function, http request, function",
      off / cpu["self-made"],
      0.3,
      `ours ${rounded(off)} us, the flow ${rounded(cpu["self-made"])} us`,
    ),
    against(
      "the same with the journal on, against the minimal node",
      on / cpu.minimal,
      3.5,
      `ours ${rounded(on)} us, ${minimal}`,
    ),
  ];
}

async function againstFalClient(): Promise<Figure[]> {
  const cpu = await cpuOf({ "fal sync": MANY, "fal client": MANY });
  return [
    against(
      "fal, sync, journal off, against `@fal-ai/client`",
      cpu["fal sync"] / cpu["fal client"],
      0.35,
      `ours ${rounded(cpu["fal sync"])} us, the client ${rounded(cpu["fal client"])} us`,
    ),
  ];
}

async function withPictures(): Promise<Figure[]> {
  const cpu = await cpuOf({ "minimal base64": FEW, pictures: FEW });
  return [
    against(
      "answers with 2 MB of base64, against the minimal node",
      cpu.pictures / cpu["minimal base64"],
      1.2,
      `ours ${rounded(cpu.pictures)} us, the minimal node ${rounded(cpu["minimal base64"])} us`,
    ),
  ];
}

/**
 * Who is compared takes turns, each in a process of its own: what others leave in its memory would count as well, and
 * their collections of garbage make V8 forget code that has had no turn for a while.
 * @returns microseconds of CPU time per job.
 */
async function cpuOf<Name extends string>(jobs: Record<Name, number>): Promise<Record<Name, number>> {
  const children: ChildProcess[] = [];
  const start = async (task: ContenderTask): Promise<() => Promise<number>> => {
    const child = startChild(join(__dirname, "contender-child.ts"), task);
    children.push(child);
    await nextFrom<string>(child);
    return () => {
      child.send("round");
      return nextFrom<number>(child);
    };
  };
  try {
    const rounds = {} as Record<Name, () => Promise<number>>;
    for (const name of Object.keys(jobs) as Name[]) rounds[name] = await start({ name, jobs: jobs[name] });
    return await inTurns(rounds);
  } finally {
    for (const child of children) if (child.connected) child.disconnect();
  }
}

const against = (measure: string, ratio: number, atMost: number, from: string): Figure => ({
  measure,
  reached: rounded(ratio),
  unit: "x",
  atMost,
  from,
});
