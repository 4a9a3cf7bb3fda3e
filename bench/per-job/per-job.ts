import { join } from "node:path";
import { figuresOf } from "../child-figures";
import { type Figure, rounded } from "../figure";

/** Jobs of one round. */
const MANY = 10_000;
/** Of contenders that are several times as expensive. */
const FEWER = 3000;
const FEW = 100;

/** CPU time per job of Node-RED's process, sixteen messages in flight, against a service that answers at once. */
export async function perJob(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const measure of [againstFlows, againstFalClient, withPictures]) figures.push(...(await measure()));
  return figures;
}

async function againstFlows(): Promise<Figure[]> {
  const cpu = await cpuOf({ minimal: MANY, "self-made": FEWER, "journal off": MANY, "journal on": MANY });
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
  const cpu = await cpuOf({ "fal sync": MANY, "fal client": FEWER });
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

/** Who is compared shares a process, with nobody else: what others leave in its memory would count as well. */
const cpuOf = <Name extends string>(jobs: Record<Name, number>): Promise<Record<Name, number>> =>
  figuresOf(join(__dirname, "contenders-child.ts"), jobs);

const against = (measure: string, ratio: number, atMost: number, from: string): Figure => ({
  measure,
  reached: rounded(ratio),
  unit: "x",
  atMost,
  from,
});
