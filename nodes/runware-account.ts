import { accountNode } from "../lib/node-red/account-node";
import type { NodeAPI } from "../lib/node-red/types";
import { runware } from "../lib/providers/runware";

export default (RED: NodeAPI) => accountNode(RED, "runware-account", runware);
