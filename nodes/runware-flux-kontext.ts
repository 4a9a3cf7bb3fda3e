import { kontext } from "../lib/models/kontext";
import { inferenceNode } from "../lib/node-red/inference-node";
import type { NodeAPI } from "../lib/node-red/types";

export default (RED: NodeAPI) => inferenceNode(RED, "runware-flux-kontext", kontext);
