import { type EventEmitter, once } from "node:events";
import { dirname, join } from "node:path";
import helper, { type FlowNode, type NodeInitializer, type RunningNode } from "node-red-node-test-helper";
import { nodeRedPackage } from "../../scripts/node-red-package";

const runtime = require.resolve(nodeRedPackage());

/** A file of one of the packages that Node-RED consists of. */
const partOfNodeRed = (path: string) =>
  require(require.resolve(`@node-red/${path}`, { paths: [dirname(runtime), join(dirname(runtime), "..")] }));

/** A core node's own file, for flows that wire ours to theirs: `coreNode("function/15-change")`. */
export const coreNode = (path: string): NodeInitializer => partOfNodeRed(`nodes/core/${path}`);

/** Stops and starts the flows, as the editor's menu does. */
export const {
  stopFlows: stopInMenu,
  startFlows: startInMenu,
}: Record<"stopFlows" | "startFlows", () => Promise<void>> = partOfNodeRed("runtime/lib/flows");

helper.init(runtime);

/** What Node-RED calls before and after its nodes get messages: the part of it that tests use. */
interface Hooks {
  add(name: string, listener: (event: { node: { id: string }; error?: Error }) => void): void;
  remove(name: string): void;
}

/** `events`: what Node-RED tells of deploys, and what it sends to open editors (`comms`). */
export const { events, hooks }: { events: EventEmitter; hooks: Hooks } = require(runtime);

/** Deploys, and waits until the flows run: the test helper waits for 0.3 s only, and a busy machine may take longer. */
export async function deploy(...what: Parameters<typeof helper.setFlows>): Promise<void> {
  const started = once(events, "flows:started");
  await helper.setFlows(...what).catch((error: unknown) => {
    if (!String(error).includes("timeout waiting event")) throw error;
  });
  await started;
}

export type { FlowNode, NodeInitializer, RunningNode };
/** node-red-node-test-helper on the Node-RED of this run. Catch, Status and Complete are loaded when a flow names them. */
export { helper };
