import { join } from "node:path";
import { nextFrom, startChild } from "../child-service";
import { startEmbedded } from "../embedded";
import { sinkNode } from "../sink-node";
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
  /** Has so many messages pass, so many of them at a time. Resolves when the last one has left. */
  pass(messages: number, inFlight: number): Promise<void>;
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
  const service = startChild(join(__dirname, "service-child.ts"), { duration });
  const url = await nextFrom<string>(service);
  const nodes = [
    { id: "tab", type: "tab" },
    {
      id: "account",
      type: "runware-account",
      // In production the pace is the usual one, wherever the service is.
      environment: "production",
      baseUrl: url,
      concurrency,
      line: 100_000,
      timeout: 3600,
    },
    { id: "flux", z: "tab", type: "runware-flux-srpo", version: 1, account: "account", wires: [["out"]] },
    { id: "out", z: "tab", type: "bench-sink", wires: [] },
    { id: "caught", z: "tab", type: "catch", scope: null, wires: [["failed"]] },
    { id: "failed", z: "tab", type: "bench-sink", wires: [] },
  ];
  const nodeRed = await startEmbedded(nodes, { account: { apiKey: "key-of-the-bench" } }, [sinkNode]);
  const [node, out] = [nodeRed.node("flux"), nodeRed.node("out")];
  // It would be waited for for ever.
  nodeRed.node("failed").on("input", ({ error }: { error: unknown }) => {
    console.error(error);
    process.exit(1);
  });
  let sent = 0;
  const receive = (): void => {
    sent += 1;
    node.receive(newMessage(sent));
  };
  return {
    receive,
    pass: (messages, inFlight) =>
      new Promise((resolve) => {
        let left = 0;
        const take = (): void => {
          left += 1;
          if (left + inFlight <= messages) receive();
          if (left < messages) return;
          out.off("input", take);
          resolve();
        };
        out.on("input", take);
        for (let first = 0; first < inFlight; first += 1) receive();
      }),
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
      while (Number(await (await fetch(url)).text()) < jobs) await new Promise((later) => setTimeout(later, 500));
    },
    stop: async () => {
      await nodeRed.stop();
      service.kill();
    },
  };
}
