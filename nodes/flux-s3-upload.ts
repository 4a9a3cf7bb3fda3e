import { uploadNode } from "../lib/node-red/storage/upload-node";
import type { NodeAPI } from "../lib/node-red/types";

export default (RED: NodeAPI) => uploadNode(RED, "flux-s3-upload");
