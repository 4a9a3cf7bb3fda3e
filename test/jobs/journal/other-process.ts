import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Pace } from "../../../lib/jobs/journal/pace";
import { HASTE } from "./journals";

export interface Order {
  readonly job: string;
  readonly state: string;
  /** What a picture is filled with. */
  readonly picture?: number;
}

export interface Reply {
  readonly found?: readonly string[];
  readonly warnings: readonly string[];
  readonly error?: string;
}

/** A real process that has a journal open. */
export interface OtherProcess {
  /** What it had found and warned of when its journal was open. */
  readonly opened: Reply;
  write(order: Order): Promise<Reply>;
  /** SIGSTOP; resolves once the process stands still. */
  suspend(): Promise<void>;
  resume(): void;
  /** SIGKILL; resolves once the process is gone. */
  kill(): Promise<void>;
}

export async function startOther(folder: string, pace: Partial<Pace> = HASTE): Promise<OtherProcess> {
  const child = start(folder, pace, ["stays open"]);
  const opened = await nextReply(child);
  return {
    opened,
    async write(order) {
      child.send(order);
      return nextReply(child);
    },
    async suspend() {
      child.kill("SIGSTOP");
      while (!(await standsStill(child))) await nextTurn();
    },
    resume: () => child.kill("SIGCONT"),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** A process that opens a journal, writes the job "last" and has nothing else to do. Resolves with its exit code. */
export async function runOther(folder: string): Promise<number | null> {
  const child = start(folder, HASTE, []);
  const [code] = await once(child, "exit");
  return code as number | null;
}

const start = (folder: string, pace: Partial<Pace>, rest: string[]): ChildProcess =>
  fork(join(__dirname, "journal-process.ts"), [folder, JSON.stringify(pace), ...rest], {
    execArgv: ["--require", "tsx"],
  });

/** A thread that waits for the disk still writes what it was about to write; only Linux tells. */
async function standsStill({ pid }: ChildProcess): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const tasks = `/proc/${pid}/task`;
  const threads = await Promise.all((await readdir(tasks)).map((id) => readFile(join(tasks, id, "stat"), "utf8")));
  // The state is what follows the name, which stands in brackets.
  return threads.every((stat) => /\) T [^)]*$/.test(stat));
}

async function nextReply(child: ChildProcess): Promise<Reply> {
  const [reply] = await once(child, "message");
  return reply as Reply;
}
