import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { collectGarbage } from "./collect-garbage";
import { peakMemory } from "./peak-memory";

/** What a program of its own needed. */
export interface ChildFigures {
  /** MB of memory before it did anything. */
  idle: number;
  /** MB of memory at its worst. */
  peak: number;
  seconds: number;
}

/** Runs one of our programs in a fresh process, with what it is to know, and reads the figures that it prints. */
export async function figuresOf<Figures = ChildFigures>(program: string, task: object): Promise<Figures> {
  const options = ["--expose-gc", "--require", "tsx/cjs", program, JSON.stringify(task)];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  return JSON.parse(stdout);
}

/**
 * What `figuresOf` runs: measures `work`, and prints the figures.
 * @param prepare what has happened before, and is not measured.
 */
export async function measureAlone(work: () => Promise<void>, prepare = async (): Promise<void> => {}): Promise<void> {
  await prepare();
  collectGarbage();
  const idle = process.memoryUsage.rss() / 1e6;
  const begun = process.hrtime.bigint();
  await work();
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  const figures: ChildFigures = {
    idle: Math.round(idle),
    peak: Math.round(peakMemory()),
    seconds: Number(seconds.toFixed(2)),
  };
  console.log(JSON.stringify(figures));
}
