import type { Node, NodeAPI, NodeDef } from "../types";
import type { OpenBucket } from "./bucket";
import { findBucket } from "./find-bucket";
import { readUploadSettings, type UploadSettings } from "./settings";

/** An upload node as its messages see it: its settings and its bucket. */
export class UploadOwner {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly #config: NodeDef;
  #settings: UploadSettings | undefined;

  constructor(RED: NodeAPI, node: Node, config: NodeDef) {
    this.RED = RED;
    this.node = node;
    this.#config = config;
  }

  /**
   * Read when the first message comes: Node-RED starts faster, and what is wrong with them reaches Catch nodes.
   * @throws FluxError FLUX_CONFIG.
   */
  get settings(): UploadSettings {
    this.#settings ??= readUploadSettings(this.#config);
    return this.#settings;
  }

  /** @throws FluxError FLUX_CONFIG when the bucket cannot be used. */
  async bucket(): Promise<OpenBucket> {
    return findBucket(this.RED, this.settings.bucket).bucket.open();
  }
}
