import { dirname, join } from "node:path";
import helper, {
  type FlowNode,
  type NodeInitializer,
  type RecordedCall,
  type RunningNode,
} from "node-red-node-test-helper";

/** Whether this Node can start Node-RED 5, which refuses anything below 22.9. */
const runsNodeRed5 = (): boolean => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 9);
};

/** The Node-RED that this run tests: the package named in NODE_RED, else the newest that this Node can start. */
export const nodeRedPackage: string = process.env.NODE_RED || (runsNodeRed5() ? "node-red-5" : "node-red");

const runtime = require.resolve(nodeRedPackage);

/** A core node's own file, for flows that wire ours to theirs: `coreNode("function/15-change")`. */
export const coreNode = (path: string): NodeInitializer =>
  require(require.resolve(`@node-red/nodes/core/${path}`, { paths: [dirname(runtime), join(dirname(runtime), "..")] }));

helper.init(runtime);

export type { FlowNode, NodeInitializer, RecordedCall, RunningNode };
/** node-red-node-test-helper on the Node-RED of this run. Catch, Status and Complete are loaded when a flow names them. */
export { helper };
