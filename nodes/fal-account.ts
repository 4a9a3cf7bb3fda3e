import { accountNode } from "../lib/node-red/account-node";
import type { NodeAPI } from "../lib/node-red/types";
import { fal } from "../lib/providers/fal";

export default (RED: NodeAPI) => accountNode(RED, "fal-account", fal);
