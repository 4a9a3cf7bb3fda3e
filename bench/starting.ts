import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPack } from "../test/support/install-pack";
import { type Started, startOnce } from "../test/support/started";
import { type Figure, inTurns } from "./figure";

/** Both take most of a second, and differ by a twentieth of it: with half as many it came out between 47 and 73 ms. */
const ROUNDS = 31;

/** What Node-RED's start takes longer with the pack installed, with all of its nodes and without a flow. */
export async function starting(): Promise<Figure[]> {
  const installed = await installPack();
  const empty = await mkdtemp(join(tmpdir(), "flux-without-"));
  const walls: Record<"with" | "without", number[]> = { with: [], without: [] };
  const start = async (name: keyof typeof walls, userDir: string): Promise<number> => {
    const { milliseconds, cpu }: Started = await startOnce(userDir);
    walls[name].push(milliseconds);
    return cpu;
  };
  try {
    const cpu = await inTurns(
      { with: () => start("with", installed.userDir), without: () => start("without", empty) },
      ROUNDS,
    );
    const [longer, shorter] = [Math.min(...walls.with), Math.min(...walls.without)].map(Math.round);
    return [
      {
        measure: "Node-RED's start with the pack, over one without",
        reached: Math.round(cpu.with - cpu.without),
        unit: "ms",
        atMost: 60,
        from: `processor time until the flows have started, with ${Math.round(cpu.with)} ms, without ${Math.round(cpu.without)} ms; on the clock, at best, ${longer} ms and ${shorter} ms`,
      },
    ];
  } finally {
    await Promise.all([installed.remove(), rm(empty, { recursive: true, force: true })]);
  }
}
