import type { Node, NodeAPI, NodeDef } from "../../lib/node-red/types";
import type { FlowNode, NodeInitializer } from "./helper";

/** What a flow has to be given to have a node that takes its time to close. */
interface SlowCloser {
  types: NodeInitializer[];
  nodes: FlowNode[];
}

/** A node beside ours, with the id "slow", that is closed once `whileClosed` has resolved: no deploy or stop is done before. */
export function slowCloser(whileClosed: () => Promise<void>): SlowCloser {
  const type = (RED: NodeAPI) => {
    RED.nodes.registerType("slow-closer", function (this: Node, config: NodeDef) {
      RED.nodes.createNode(this, config);
      this.on("close", (_removed: boolean, done: () => void) => void whileClosed().then(done));
    });
  };
  return { types: [type as never], nodes: [{ id: "slow", z: "tab", type: "slow-closer", wires: [] }] };
}
