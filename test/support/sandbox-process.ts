import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { SandboxOptions } from "../../sandbox";
import type { Announcement } from "../../sandbox/events";

const command = join(resolve(__dirname, "../.."), "dist/sandbox/cli.js");

interface JobCounts {
  submissions: number;
  charges: number;
  cost: number;
  polls: number;
}

/** A sandbox in a process of its own, which outlives the Node-RED that it serves. */
export interface SandboxProcess {
  readonly url: string;
  readonly addresses: { readonly runware: { baseUrl: string }; readonly fal: Record<string, string> };
  configure(settings: NonNullable<SandboxOptions["settings"]>): Promise<void>;
  arm(fault: string, options?: { count?: number; call?: string }): Promise<void>;
  disarm(): Promise<void>;
  /** Finishes all jobs that run, however long they were to take. */
  finish(): Promise<void>;
  /** What was asked, submitted and charged so far, by job and by kind of call. */
  report(): Promise<{ jobs: Record<string, JobCounts>; calls: Record<string, number>; requests: number }>;
  /** Everything that happened so far. */
  readonly events: readonly Announcement[];
  /** Resolves with the first event, past ones included, that `matches`. */
  event(matches: (announcement: Announcement) => boolean): Promise<Announcement>;
  stop(): Promise<void>;
}

/** Starts the built command line program, as a user would. */
export async function startSandboxProcess(
  settings: NonNullable<SandboxOptions["settings"]> = {},
): Promise<SandboxProcess> {
  const child = spawn(process.execPath, [command, "--latency", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const killOrphan = (): boolean => child.kill("SIGKILL");
  process.once("exit", killOrphan);
  const url = await addressIn(child);
  const ask = async (method: string, what: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/admin/${what}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  const events: Announcement[] = [];
  const listeners = new Set<(announcement: Announcement) => void>();
  await follow(url, (announcement) => {
    events.push(announcement);
    for (const listener of [...listeners]) listener(announcement);
  });
  await ask("POST", "settings", settings);
  return {
    url,
    addresses: {
      runware: { baseUrl: `${url}/v1` },
      fal: { queueUrl: `${url}/fal/queue`, runUrl: `${url}/fal/run`, restUrl: `${url}/fal/rest` },
    },
    configure: async (changes) => void (await ask("POST", "settings", changes)),
    arm: async (fault, options = {}) => void (await ask("POST", "faults", { fault, ...options })),
    disarm: async () => void (await ask("DELETE", "faults")),
    finish: async () => void (await ask("POST", "finish")),
    report: async () =>
      (await ask("GET", "state")) as {
        jobs: Record<string, JobCounts>;
        calls: Record<string, number>;
        requests: number;
      },
    events,
    event: (matches) => {
      const earlier = events.find(matches);
      if (earlier) return Promise.resolve(earlier);
      return new Promise((found) => {
        const listener = (announcement: Announcement): void => {
          if (!matches(announcement)) return;
          listeners.delete(listener);
          found(announcement);
        };
        listeners.add(listener);
      });
    },
    stop: async () => {
      process.off("exit", killOrphan);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function addressIn({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error("the sandbox has no output");
  for await (const line of createInterface({ input: stdout })) {
    const url = /^The sandbox listens at (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    stdout.resume();
    return url;
  }
  throw new Error("the sandbox ended before it said where it listens");
}

/** Tells `listener` everything that happens, from the moment on at which the promise resolves. */
function follow(url: string, listener: (announcement: Announcement) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}/admin/events`, { agent: false }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`the sandbox answered ${response.statusCode}`));
      // The end of the sandbox is no failure.
      response.on("error", () => {});
      createInterface({ input: response })
        .on("line", (line) => {
          const announcement: Announcement | { event: "listening" } = JSON.parse(line);
          if (announcement.event === "listening") resolve();
          else listener(announcement);
        })
        .on("error", () => {});
    });
    request.on("error", reject);
  });
}
