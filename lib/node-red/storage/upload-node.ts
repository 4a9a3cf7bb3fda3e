import { FluxError } from "../../errors";
import { Limit } from "../../jobs/limit";
import { asFluxError } from "../../jobs/unexpected";
import { readCancel, unknownJob } from "../controls";
import { finish } from "../finish";
import { OpenRuns } from "../open-runs";
import type { FluxMessage, Node, NodeAPI, NodeDef, Send } from "../types";
import { assertWritable } from "../writable";
import { confirmMessage } from "./confirm-message";
import { readUploadSettings } from "./settings";
import { StorageOwner, type UploadOwner } from "./storage-owner";
import { uploadMessage } from "./upload-message";
import { beginUpload, type UploadRun } from "./upload-run";
import { UploadStatus } from "./upload-status";

/** Messages that may be in a node; one that holds pictures takes memory. */
const MOST_MESSAGES = 1000;

/** What is written to a message, or taken off it. */
const WRITTEN = ["s3", "s3Expected"];

/** Registers the upload node type: pictures in, the same message with their places out. */
export function uploadNode(RED: NodeAPI, type: string): void {
  function UploadNode(this: Node, config: NodeDef) {
    RED.nodes.createNode(this, config);
    const uploading = new Uploading(new StorageOwner(RED, this, config, readUploadSettings));
    this.on("input", (message, send, done) => uploading.input(message as FluxMessage, send, done));
    this.on("close", () => uploading.close());
  }
  RED.nodes.registerType(type, UploadNode);
}

/** One upload node. */
class Uploading {
  readonly #owner: UploadOwner;
  readonly #runs = new OpenRuns<UploadRun>(beginUpload);
  readonly #status: UploadStatus;
  readonly #told = new Set<string>();
  #turns: Limit | undefined;

  constructor(owner: UploadOwner) {
    this.#owner = owner;
    this.#status = new UploadStatus(owner.node, owner.RED._, this.#runs);
  }

  /** Never rejects: a rejected input handler would end the whole Node-RED process. */
  async input(message: FluxMessage, send: Send, done: (error?: Error) => void): Promise<void> {
    let failure: FluxError | undefined;
    try {
      const stored = await this.#runs.start((run) => this.#handle(message, run));
      if (stored) send(message);
    } catch (error) {
      failure = asFluxError(error);
      this.#status.ended(failure);
    }
    this.#status.changed();
    finish(this.#owner.node, message, done, failure);
  }

  close(): void {
    const broken = this.#runs.close();
    this.#status.close();
    for (const run of broken) run.cancel();
    if (broken.length === 0) return;
    const jobs = broken.flatMap(({ jobId }) => jobId ?? []);
    const again =
      jobs.length === 0 ? "" : ` Send msg.resume with the job's id to get its pictures again: ${jobs.join(", ")}.`;
    this.#owner.node.warn(`Storing was broken off by closing the node; messages lost: ${broken.length}.${again}`);
  }

  /** @returns whether the message goes on: one that only cancels others does not. */
  async #handle(message: FluxMessage, run: UploadRun): Promise<boolean> {
    const cancel = readCancel(message);
    if (cancel !== undefined) {
      this.#cancel(cancel, run);
      return false;
    }
    if ([...this.#runs].length > MOST_MESSAGES) throw busy();
    const { settings } = this.#owner;
    assertWritable(message, WRITTEN);
    const arrivedAt = Date.now();
    run.isConfirming = settings.mode === "confirm";
    this.#status.changed();
    const stored =
      settings.mode === "confirm"
        ? await confirmMessage(this.#owner, message, run, arrivedAt)
        : await uploadMessage(this.#owner, message, run, {
            arrivedAt,
            turns: this.#turnsOf(settings.concurrency),
            changed: () => this.#status.changed(),
            warnOnce: (text) => this.#warnOnce(text),
          });
    const pictures = [stored].flat();
    this.#status.ended({ pictures: pictures.length, bytes: pictures.reduce((total, { size }) => total + size, 0) });
    Object.assign(message, { s3: stored });
    if (settings.mode === "confirm") Reflect.deleteProperty(message, "s3Expected");
    return true;
  }

  #warnOnce(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#owner.node.warn(text);
  }

  #turnsOf(concurrency: number): Limit {
    this.#turns ??= new Limit(concurrency, Number.POSITIVE_INFINITY);
    return this.#turns;
  }

  #cancel(target: string | true, own: UploadRun): void {
    const meant = [...this.#runs].filter((run) => run !== own && (target === true || run.jobId === target));
    for (const run of meant) run.cancel();
    if (meant.length === 0 && target !== true) throw unknownJob(target);
  }
}

const busy = (): FluxError =>
  new FluxError(
    "FLUX_BUSY",
    `This node already has ${MOST_MESSAGES} messages to store. Nothing was stored; send the message again later.`,
    { provider: "s3", retryable: true },
  );
