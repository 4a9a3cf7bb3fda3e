import { falSrpo } from "../lib/models/fal-srpo";
import { inferenceNode } from "../lib/node-red/inference-node";
import type { NodeAPI } from "../lib/node-red/types";

export default (RED: NodeAPI) => inferenceNode(RED, "fal-flux-srpo", falSrpo);
