import type { Node, NodeAPI, NodeDef } from "../types";
import { type BucketNode, findBucket } from "./find-bucket";
import { type PresignSettings, readPresignSettings } from "./settings";

/** A presign node as its messages see it: its settings and its bucket. */
export class PresignOwner {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly #config: NodeDef;
  #settings: PresignSettings | undefined;

  constructor(RED: NodeAPI, node: Node, config: NodeDef) {
    this.RED = RED;
    this.node = node;
    this.#config = config;
  }

  /** @throws FluxError FLUX_CONFIG. */
  get settings(): PresignSettings {
    this.#settings ??= readPresignSettings(this.#config);
    return this.#settings;
  }

  /** The bucket's node. @throws FluxError FLUX_CONFIG when it cannot be used. */
  target(): BucketNode {
    return findBucket(this.RED, this.settings.bucket);
  }
}
