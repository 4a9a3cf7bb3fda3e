import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Step } from "../../../lib/jobs/steps";
import type { SandboxOptions } from "../../../sandbox";
import { type NodeRedProcess, startNodeRed } from "../node-red-process";
import { type SandboxProcess, startSandboxProcess } from "../sandbox-process";

/** The inference nodes of the flow: Runware's queue, fal's queue, and fal without its queue. */
export type Entrance = "runware" | "fal" | "fal-sync";

/** One that a test adds to the flow; its provider is named first. */
export type AddedEntrance = `${"runware" | "fal"}-${string}`;

/** Where a process dies: at a step of a job, or on the wire; at which of its occurrences, the first unless told. */
export interface Barrier {
  step: Step | "posted" | "polled" | "answered" | "any";
  nth?: number;
}

/** What came of a message at the end of its flow. */
export interface Line {
  /** "delivered" or "caught"; what else a flow says that has more ends. */
  end: string;
  pid: number;
  /** What names the message; absent where that was lost. */
  topic?: string;
  payload: string;
  job?: string;
  requestId?: string;
  recovered?: boolean;
  late?: boolean;
  warnings?: string[];
  index?: number;
  error?: { message: string; code: string; source: string; billed: string; requestId?: string; retryable: boolean };
  hasResponse: boolean;
}

/** A step that a job passed, as the process told it. */
interface Passed {
  pid: number;
  step: string;
  job?: string;
}

/** One life of the Node-RED process. */
export interface Life {
  readonly nodeRed: NodeRedProcess;
  /** What was passed in this life so far. */
  readonly steps: readonly Passed[];
  /** How often a step was passed in this life so far. */
  count(step: Barrier["step"]): number;
  /**
   * Sends a message in over HTTP.
   * @returns whether the process lived long enough to answer.
   */
  send(entrance: Entrance | AddedEntrance, topic: string, more?: Record<string, unknown>): Promise<boolean>;
  /** Resolves once `holds`; looked at whenever a line was written or a step was passed. Rejects when the process ends. */
  until(holds: () => boolean, what: string): Promise<void>;
  /** The same for the first passing of a step in this life. */
  step(step: Barrier["step"], job?: string): Promise<void>;
}

export interface HouseOptions {
  sandbox?: SandboxOptions["settings"];
  /** Properties of both accounts. */
  account?: Record<string, unknown>;
  /** Added to Node-RED's settings. */
  settings?: Record<string, unknown>;
  /** Added to Node-RED's environment, in all lives. */
  env?: Record<string, string>;
  /** Changes the flow. */
  flow?: (nodes: FlowNode[]) => FlowNode[];
}

export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

/** A sandbox, a user directory, and one Node-RED after the other in it. */
export interface House {
  readonly sandbox: SandboxProcess;
  readonly userDir: string;
  /** The folder of the journal. */
  readonly folder: string;
  readonly flow: readonly FlowNode[];
  /**
   * Starts Node-RED, which is to die at the barrier, if one is named.
   * @param flow other nodes than the house's.
   */
  start(dieAt?: Barrier, env?: Record<string, string>, flow?: readonly FlowNode[]): Promise<Life>;
  /** Starts Node-RED and waits for its death, which may come before its flows have started. */
  startAndDie(dieAt: Barrier): Promise<void>;
  /** What came of messages so far, in all lives, in order. */
  lines(): Line[];
  /** The steps that were passed so far, in all lives, in order: to the last one before a death. */
  passed(): Passed[];
  close(): Promise<void>;
  /** What the processes wrote, for the message of a failure. */
  log(): string;
}

const support = __dirname;

/** The last steps of a process that the message of a failure shows. */
const MOST_TOLD = 200;

/** Core nodes that no flow here needs: Node-RED starts in half the time without them. */
const UNUSED =
  "05-junction 24-complete 25-status 60-link 90-comment 91-global-config 10-switch 16-range 80-template 89-delay 89-trigger 90-exec rbe 05-tls 06-httpproxy 10-mqtt 21-httprequest 22-websocket 31-tcpin 32-udp 70-CSV 70-HTML 70-JSON 70-XML 70-YAML 17-split 18-sort 19-batch 10-file 23-watch";

/** Opens a house; `close` ends everything in it. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const sandbox = await startSandboxProcess(options.sandbox);
  const userDir = mkdtempSync(join(tmpdir(), "flux-crash-"));
  const files = { FLUX_LINES: join(userDir, "lines.jsonl"), FLUX_STEPS: join(userDir, "steps.jsonl") };
  const usual = flowOf(sandbox, options.account ?? {});
  const flow = options.flow ? options.flow(usual) : usual;
  const lives: NodeRedProcess[] = [];
  const logs: (() => string)[] = [];
  const lines = (): Line[] => readLines<Line>(files.FLUX_LINES);

  const start: House["start"] = async (dieAt, env = {}, flows = flow) => {
    const steps: Passed[] = [];
    const counts = new Map<string, number>();
    const listeners = new Set<() => void>();
    const nodeRed = await startNodeRed({
      userDir,
      flows,
      nodeOptions: ["--require", join(support, "barriers.cjs")],
      env: { ...files, ...(dieAt && { FLUX_DIE_AT: JSON.stringify(dieAt) }), ...options.env, ...env },
      settings: {
        nodesDir: join(support, "nodes"),
        nodesExcludes: UNUSED.split(" ").map((name) => `${name}.js`),
        ...options.settings,
      },
      onEvent: (event) => {
        const { event: kind, pid, step, job } = event as { event: string } & Passed;
        if (kind === "step") {
          steps.push({ pid, step, ...(job !== undefined && { job }) });
          counts.set(step, (counts.get(step) ?? 0) + 1);
        }
        for (const listener of [...listeners]) listener();
      },
    });
    lives.push(nodeRed);
    const told = () => steps.slice(-MOST_TOLD).map(({ step, job = "" }) => `${step} ${job}`);
    logs.push(() => [nodeRed.log(), ...told()].join("\n"));
    let alive = true;
    void nodeRed.ended.then(() => {
      alive = false;
      for (const listener of [...listeners]) listener();
    });
    const until = (holds: () => boolean, what: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (holds()) resolve();
          else if (alive) return;
          else reject(new Error(`Node-RED ended before ${what}`));
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      });
    return {
      nodeRed,
      steps,
      count: (step) => counts.get(step) ?? 0,
      until,
      step: (name, job) =>
        until(
          () => steps.some((passed) => passed.step === name && (job === undefined || passed.job === job)),
          `a job passed ${name}`,
        ),
      send: async (entrance, topic, more = {}) => {
        const flux = entrance.startsWith("runware")
          ? { width: 128, height: 128 }
          : { image_size: { width: 128, height: 128 } };
        const body = { payload: `a harbour, ${topic}`, flux, topic, ...more };
        try {
          const answer = await fetch(`${nodeRed.url}/${entrance}`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(body),
          });
          return answer.ok;
        } catch {
          return false;
        }
      },
    };
  };

  return {
    sandbox,
    userDir,
    folder: join(userDir, "flux-jobs"),
    flow,
    start,
    startAndDie: async (dieAt) => {
      const life = await start(dieAt).catch((error: unknown) => {
        logs.push(() => String(error));
      });
      await life?.nodeRed.ended;
    },
    lines,
    passed: () => readLines<Passed>(files.FLUX_STEPS),
    log: () => logs.map((log) => log()).join("\n--- the next life ---\n"),
    close: async () => {
      for (const life of lives) await life.kill();
      await sandbox.stop();
      rmSync(userDir, { recursive: true, force: true });
    },
  };
}

/** The lines of JSON in a file, which our own code wrote; none when it is not there. */
function readLines<Content>(file: string): Content[] {
  try {
    // What comes after the last newline is still being written.
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    return lines.map((line): Content => JSON.parse(line));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** For each entrance: an HTTP request that is answered at once -> the inference node -> a line. */
function flowOf({ addresses }: SandboxProcess, account: Record<string, unknown>): FlowNode[] {
  const common = { environment: "sandbox", journal: true, ...account };
  const way = (name: Entrance, node: Record<string, unknown>): FlowNode[] => [
    { id: `${name}-in`, type: "http in", z: "tab", url: `/${name}`, method: "post", wires: [[`${name}-unpack`]] },
    { id: `${name}-unpack`, type: "crash-unpack", z: "tab", wires: [["answer", name]] },
    { id: name, type: "fal-flux-srpo", z: "tab", version: 1, ...node, wires: [["line-delivered"]] },
  ];
  return [
    { id: "tab", type: "tab", label: "Crashes" },
    { id: "account-runware", type: "runware-account", ...common, ...addresses.runware },
    { id: "account-fal", type: "fal-account", ...common, ...addresses.fal },
    ...way("runware", { type: "runware-flux-krea", account: "account-runware" }),
    ...way("fal", { account: "account-fal" }),
    ...way("fal-sync", { account: "account-fal", delivery: "sync" }),
    { id: "answer", type: "http response", z: "tab", statusCode: "202", wires: [] },
    { id: "line-delivered", type: "crash-line", z: "tab", end: "delivered", wires: [] },
    { id: "errors", type: "catch", z: "tab", wires: [["line-caught"]] },
    { id: "line-caught", type: "crash-line", z: "tab", end: "caught", wires: [] },
  ];
}
