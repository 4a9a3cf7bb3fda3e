import type { FluxError } from "../../errors";
import { asFluxError } from "../../jobs/unexpected";
import { failedStatus } from "../failed-status";
import { finish } from "../finish";
import { OpenRuns } from "../open-runs";
import { putInto, roomFor } from "../result-property";
import type { FluxMessage, Node, NodeAPI, NodeDef, Send } from "../types";
import { warnOf } from "../warn-of";
import { assertWritable } from "../writable";
import { presignObjects } from "./presign-get";
import { type Presigned, presignDirectUpload, presignPut } from "./presign-put";
import { readPresignSettings } from "./settings";
import { type PresignOwner, StorageOwner } from "./storage-owner";

/** Where the address goes, as the dialog has it. */
const INTO = "Address into";

/** Registers the presign node type: addresses that work for a while, for those who have no keys. */
export function presignNode(RED: NodeAPI, type: string): void {
  function PresignNode(this: Node, config: NodeDef) {
    RED.nodes.createNode(this, config);
    const presigning = new Presigning(new StorageOwner(RED, this, config, readPresignSettings));
    this.on("input", (message, send, done) => presigning.input(message as FluxMessage, send, done));
    this.on("close", () => presigning.close());
  }
  RED.nodes.registerType(type, PresignNode);
}

/** One presign node. */
class Presigning {
  readonly #owner: PresignOwner;
  readonly #runs = new OpenRuns<{ signal: AbortSignal }>((signal) => ({ signal }));
  #showsFailure = false;

  constructor(owner: PresignOwner) {
    this.#owner = owner;
  }

  /** Never rejects: a rejected input handler would end the whole Node-RED process. */
  async input(message: FluxMessage, send: Send, done: (error?: Error) => void): Promise<void> {
    let failure: FluxError | undefined;
    try {
      const { values, warnings } = await this.#runs.start(({ signal }) => this.#presign(message, signal));
      // All at once, when nothing can fail any more: a message that is refused leaves as it came.
      Object.assign(message, values);
      warnOf(this.#owner.node, warnings);
      send(message);
    } catch (error) {
      failure = asFluxError(error);
    }
    this.#show(failure);
    finish(this.#owner.node, message, done, failure);
  }

  close(): void {
    this.#runs.close();
    this.#owner.node.status({});
  }

  async #presign(message: FluxMessage, signal: AbortSignal): Promise<Presigned> {
    const { RED, settings } = this.#owner;
    if (settings.method === "put" && settings.putInto === "flux") {
      assertWritable(message, ["flux", "fluxOrigins", "s3Expected"]);
      return presignDirectUpload(this.#owner, message);
    }
    const room = roomFor(RED, message, settings.into, INTO);
    if (settings.method !== "put") {
      const address = await presignObjects(this.#owner, message, signal);
      return { values: putInto(message, room, address, INTO), warnings: [] };
    }
    assertWritable(message, ["s3Expected"]);
    const { key, address } = await presignPut(this.#owner, message);
    const s3Expected = { bucket: this.#owner.bucketNode().bucket.name, key };
    return { values: { s3Expected, ...putInto(message, room, address, INTO) }, warnings: [] };
  }

  /** An error stays visible until the next message; nothing else is shown, since signing takes no time. */
  #show(failure: FluxError | undefined): void {
    if (!failure && !this.#showsFailure) return;
    this.#showsFailure = failure !== undefined;
    this.#owner.node.status(failure ? failedStatus(this.#owner.RED._, failure) : {});
  }
}
