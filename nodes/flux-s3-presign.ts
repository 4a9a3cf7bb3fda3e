import { presignNode } from "../lib/node-red/storage/presign-node";
import type { NodeAPI } from "../lib/node-red/types";

export default (RED: NodeAPI) => presignNode(RED, "flux-s3-presign");
