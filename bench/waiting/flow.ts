import "../../test/support/proxies";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { helper, type NodeInitializer } from "../../test/support/helper";
import { wallClock } from "./clock";

const PROMPT = "A small harbour town at dawn, fishing boats, mist over the water, 35 mm photograph";

/** What a sender gives to a node, each time anew. */
export const newMessage = (number: number): Record<string, unknown> => ({
  _msgid: `message-${number}`,
  topic: "harbour",
  payload: PROMPT,
  flux: { width: 1024, height: 768, steps: 28, CFGScale: 3.5, lora: [{ model: "civitai:652699@993999", weight: 0.8 }] },
});

/** A node in Node-RED, in this process, and the service whose jobs it waits for in another. */
export interface WaitingFlow {
  /** A message comes in. */
  receive(): void;
  /** @returns the lags of so many messages that leave from now on, in ms: how long their jobs had been done. */
  lags(messages: number): Promise<number[]>;
  /** Resolves once the service has so many jobs. */
  submitted(jobs: number): Promise<void>;
  stop(): Promise<void>;
}

/** How the account is set, and how long a job takes, in ms. */
export interface WaitingFlowOptions {
  concurrency: number;
  duration: number;
}

export async function startWaitingFlow({ concurrency, duration }: WaitingFlowOptions): Promise<WaitingFlow> {
  const service = await startService(duration);
  const userDir = await mkdtemp(join(tmpdir(), "flux-bench-"));
  helper.settings({ userDir, flowFile: "flows.json" });
  await helper.load(
    ["runware-account", "runware-flux-srpo"].map(built),
    [
      { id: "tab", type: "tab" },
      {
        id: "account",
        type: "runware-account",
        // In production the pace is the usual one, wherever the service is.
        environment: "production",
        baseUrl: service.url,
        concurrency,
        line: 100_000,
        timeout: 3600,
      },
      { id: "flux", z: "tab", type: "runware-flux-srpo", version: 1, account: "account", wires: [["out"]] },
      { id: "out", z: "tab", type: "helper", wires: [] },
    ],
    { account: { apiKey: "key-of-the-bench" } },
  );
  const [node, out] = [nodeOf("flux"), nodeOf("out")];
  stopRecording(node);
  let sent = 0;
  return {
    receive: () => {
      sent += 1;
      node.receive(newMessage(sent));
    },
    lags: (messages) =>
      new Promise((resolve) => {
        const lags: number[] = [];
        const take = (message: { payload?: unknown }): void => {
          const doneAt = Number(String(message.payload).split("/")[3]);
          lags.push(wallClock() - doneAt);
          if (lags.length < messages) return;
          out.off("input", take);
          resolve(lags);
        };
        out.on("input", take);
      }),
    submitted: async (jobs) => {
      while (Number(await (await fetch(service.url)).text()) < jobs)
        await new Promise((later) => setTimeout(later, 500));
    },
    stop: async () => {
      await helper.unload();
      service.stop();
      await rm(userDir, { recursive: true, force: true });
    },
  };
}

/** The compiled nodes, as they are installed. */
const built = (type: string): NodeInitializer => require(join(__dirname, "../../dist/nodes", `${type}.js`));

function nodeOf(id: string) {
  const node = helper.getNode(id);
  if (!node) throw new Error(`there is no node ${id}`);
  return node;
}

/** The test helper keeps what nodes do and what is logged, with a trace of who asked: here that would be measured. */
function stopRecording(node: object): void {
  const methods = ["debug", "error", "log", "send", "status", "trace", "warn"].map((name) => Reflect.get(node, name));
  for (const recorded of [...methods, helper.log()]) {
    const restore: unknown = Reflect.get(recorded, "restore");
    if (typeof restore !== "function") throw new Error("the test helper does not record what it did");
    Reflect.apply(restore, recorded, []);
  }
}

async function startService(duration: number): Promise<{ url: string; stop: () => void }> {
  const program = join(__dirname, "service-child.ts");
  const { stdin, stdout } = spawn(process.execPath, ["--require", "tsx/cjs", program, String(duration)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  for await (const port of createInterface({ input: stdout })) {
    return { url: `http://127.0.0.1:${port}`, stop: () => stdin.end() };
  }
  throw new Error("the service ended before it said where it listens");
}
