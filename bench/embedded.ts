import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { NodeAPI, NodeInitializer } from "node-red";
import { nodeRedPackage } from "../scripts/node-red-package";

/** A node of the flow file. */
export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

/** A node that runs. */
interface RunningNode {
  receive(message: object): void;
  on(event: string, listener: (message: never) => void): void;
  off(event: string, listener: (message: never) => void): void;
}

/** A Node-RED inside this process, as programs embed it: the test helper records every call, which costs time and memory. */
export interface Embedded {
  node(id: string): RunningNode;
  userDir: string;
  stop(): Promise<void>;
}

const repository = resolve(__dirname, "..");

/** Where the files of `own` find their functions: Node-RED loads node types from files only. */
const OWN = Symbol.for("fluxwire.bench.nodes");

/**
 * Starts a flow with this pack, built before, and with node types of the bench's own.
 * @param credentials of nodes, by their id.
 */
export async function startEmbedded(
  nodes: readonly FlowNode[],
  credentials: Record<string, object>,
  own: readonly NodeInitializer[] = [],
  settings: object = {},
): Promise<Embedded> {
  const userDir = await mkdtemp(join(tmpdir(), "flux-bench-"));
  const modules = join(userDir, "node_modules/@fluxwire");
  mkdirSync(modules, { recursive: true });
  symlinkSync(repository, join(modules, "node-red-flux"));
  const manifest = { name: "bench", private: true, dependencies: { "@fluxwire/node-red-flux": "*" } };
  writeFileSync(join(userDir, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(userDir, "flows.json"), JSON.stringify(nodes));
  writeFileSync(join(userDir, "flows_cred.json"), JSON.stringify(credentials));
  mkdirSync(join(userDir, "nodes"));
  writeFileSync(
    join(userDir, "nodes/bench.js"),
    `module.exports = (RED) => { for (const register of globalThis[Symbol.for("${OWN.description}")]) register(RED); };`,
  );
  writeFileSync(join(userDir, "nodes/bench.html"), "");
  Reflect.set(globalThis, OWN, own);

  const RED: NodeAPI & { init(...given: unknown[]): void; start(): Promise<void>; stop(): Promise<void> } = require(
    nodeRedPackage(),
  );
  const server = createServer();
  RED.init(server, {
    userDir,
    flowFile: "flows.json",
    credentialSecret: false,
    httpAdminRoot: false,
    httpNodeRoot: false,
    logging: { console: { level: "error" } },
    ...settings,
  });
  const started = once(RED.events, "flows:started");
  await RED.start();
  await started;
  return {
    userDir,
    node: (id) => {
      const node = RED.nodes.getNode(id);
      if (!node) throw new Error(`there is no node "${id}"`);
      return node as never;
    },
    stop: async () => {
      await RED.stop();
      await rm(userDir, { recursive: true, force: true });
    },
  };
}
