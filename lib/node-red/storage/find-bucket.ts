import { FluxError } from "../../errors";
import type { Node, NodeAPI } from "../types";
import { Bucket, type BucketKeys } from "./bucket";
import type { BucketSettings } from "./settings";

/** What the storage nodes see of a bucket node. */
export interface BucketNode extends Node<BucketKeys> {
  readonly bucket: Bucket;
  /** Where this node's keys go, as deployed. */
  readonly destination: BucketDestination;
  /** Set when the saved settings cannot be used; every use throws it. */
  readonly problem?: FluxError;
}

/** Whom a bucket node's keys identify its owner to, and on which way. */
export interface BucketDestination extends Pick<BucketSettings, "environment" | "endpoint" | "authentication"> {
  proxy: string;
  tls: string;
}

/**
 * The bucket that a node names.
 * @throws FluxError FLUX_CONFIG when there is none, it is disabled, or its settings cannot be used.
 */
export function findBucket(RED: NodeAPI, id: string): BucketNode {
  const node = id === "" ? null : (RED.nodes.getNode(id) as BucketNode | null);
  if (node?.problem) throw node.problem;
  if (node?.bucket instanceof Bucket) return node;
  throw new FluxError(
    "FLUX_CONFIG",
    id === ""
      ? "No bucket is selected in this node. Nothing was sent."
      : "The bucket that this node names is missing or disabled. Nothing was sent.",
    { provider: "s3" },
  );
}
