import { preprocess } from "../lib/models/preprocess";
import { inferenceNode } from "../lib/node-red/inference-node";
import type { NodeAPI } from "../lib/node-red/types";

export default (RED: NodeAPI) => inferenceNode(RED, "runware-preprocess", preprocess);
