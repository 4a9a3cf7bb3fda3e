import { dirname, join } from "node:path";
import helper, { type FlowNode, type NodeInitializer, type RunningNode } from "node-red-node-test-helper";
import { nodeRedPackage } from "../../scripts/node-red-package";

const runtime = require.resolve(nodeRedPackage());

/** A core node's own file, for flows that wire ours to theirs: `coreNode("function/15-change")`. */
export const coreNode = (path: string): NodeInitializer =>
  require(require.resolve(`@node-red/nodes/core/${path}`, { paths: [dirname(runtime), join(dirname(runtime), "..")] }));

helper.init(runtime);

export type { FlowNode, NodeInitializer, RunningNode };
/** node-red-node-test-helper on the Node-RED of this run. Catch, Status and Complete are loaded when a flow names them. */
export { helper };
