import { serveJobs } from "../lib/node-red/admin/jobs";
import type { NodeAPI } from "../lib/node-red/types";

/** What the tab asks for. It is loaded once, before any node, whether or not nodes of the pack are in the flows. */
export default (RED: NodeAPI) => serveJobs(RED);
