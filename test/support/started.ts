import { join } from "node:path";
import { startNodeRed } from "./node-red-process";

/** What a process told when its flows had started. */
export interface Started {
  /** Milliseconds since the process began. */
  milliseconds: number;
  /** Milliseconds of all processors. */
  cpu: number;
  /** Paths of modules and of native libraries. */
  loaded: string[];
}

export const startedProbe = join(__dirname, "started-probe.cjs");

/** Starts a real Node-RED without a flow and ends it, once its flows have started. */
export async function startOnce(userDir: string): Promise<Started> {
  let started: Started | undefined;
  const nodeRed = await startNodeRed({
    userDir,
    packDirectory: null,
    flows: [],
    // The language in which the probe knows the line of the log.
    env: { LC_ALL: "en_US.UTF-8" },
    nodeOptions: ["--require", startedProbe],
    onEvent: (event) => {
      started = event as Started;
    },
  });
  await nodeRed.stop();
  if (started === undefined) throw new Error(`the process has told nothing:\n${nodeRed.log()}`);
  return started;
}
