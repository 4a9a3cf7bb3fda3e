import { bucketNode } from "../lib/node-red/storage/bucket-node";
import type { NodeAPI } from "../lib/node-red/types";

export default (RED: NodeAPI) => bucketNode(RED, "flux-s3-bucket");
