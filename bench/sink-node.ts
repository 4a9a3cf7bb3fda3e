import type { Node, NodeInitializer } from "node-red";

/** Where all pictures end up; who measures listens to it. */
export const sinkNode: NodeInitializer = (RED) => {
  RED.nodes.registerType("bench-sink", function (this: Node, config) {
    RED.nodes.createNode(this, config);
  });
};
