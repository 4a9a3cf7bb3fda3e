import { fluxIpAdapter } from "../lib/models/composition/catalogue";
import { compositionNode } from "../lib/node-red/composition-node";
import type { NodeAPI } from "../lib/node-red/types";

export default (RED: NodeAPI) => compositionNode(RED, "flux-ip-adapter", fluxIpAdapter);
