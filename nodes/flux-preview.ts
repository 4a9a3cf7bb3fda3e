import { previewNode } from "../lib/node-red/preview/preview-node";
import type { NodeAPI } from "../lib/node-red/types";

export default (RED: NodeAPI) => previewNode(RED, "flux-preview");
