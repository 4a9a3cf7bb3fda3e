import type { Node, NodeAPI, NodeDef } from "../types";
import { type BucketNode, findBucket } from "./find-bucket";
import type { PresignSettings, UploadSettings } from "./settings";

export type UploadOwner = StorageOwner<UploadSettings>;
export type PresignOwner = StorageOwner<PresignSettings>;

/** A storage node as its messages see it: its settings and its bucket. */
export class StorageOwner<Settings extends { bucket: string }> {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly #config: NodeDef;
  readonly #read: (config: NodeDef) => Settings;
  #settings: Settings | undefined;

  constructor(RED: NodeAPI, node: Node, config: NodeDef, read: (config: NodeDef) => Settings) {
    this.RED = RED;
    this.node = node;
    this.#config = config;
    this.#read = read;
  }

  /**
   * Read when the first message comes: Node-RED starts faster, and what is wrong with them reaches Catch nodes.
   * @throws FluxError FLUX_CONFIG.
   */
  get settings(): Settings {
    this.#settings ??= this.#read(this.#config);
    return this.#settings;
  }

  /** The bucket's node. @throws FluxError FLUX_CONFIG when it cannot be used. */
  bucketNode(): BucketNode {
    return findBucket(this.RED, this.settings.bucket);
  }
}
