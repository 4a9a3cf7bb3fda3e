import { FluxError } from "../../errors";
import { asFluxError } from "../../jobs/unexpected";
import { servePreviews } from "../admin/serve-previews";
import { failedStatus } from "../failed-status";
import { finish } from "../finish";
import type { FluxMessage, Node, NodeAPI, NodeDef, Send } from "../types";
import { findPictures } from "./find-pictures";
import { forgetPictures, forgetWithNodes } from "./gallery";
import { PreviewIntake } from "./intake";
import { type PreviewSettings, readPreviewSettings } from "./settings";

/** Registers the preview node type: messages pass through, and their pictures appear under the node. */
export function previewNode(RED: NodeAPI, type: string): void {
  function PreviewNode(this: Node, config: NodeDef) {
    RED.nodes.createNode(this, config);
    const previewing = new Previewing(RED, this, config);
    this.on("input", (message, send, done) => previewing.input(message as FluxMessage, send, done));
    this.on("close", () => previewing.close());
  }
  RED.nodes.registerType(type, PreviewNode);
  forgetWithNodes(RED);
  servePreviews(RED);
}

/** One preview node. */
class Previewing {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #config: NodeDef;
  readonly #intake: PreviewIntake;
  #settings: PreviewSettings | undefined;

  constructor(RED: NodeAPI, node: Node, config: NodeDef) {
    this.#RED = RED;
    this.#node = node;
    this.#config = config;
    this.#intake = new PreviewIntake(RED, node);
    if ("show" in config && String(config.show) === "false") forgetPictures(node.id);
  }

  /** Never throws: an error that leaves an input handler may end the whole Node-RED process. */
  input(message: FluxMessage, send: Send, done: (error?: Error) => void): void {
    let failure: FluxError | undefined;
    try {
      const settings = this.#read();
      // What comes next in the flow may change the message, so its pictures are looked for now and loaded later.
      const found = settings.show ? this.#find(message, settings) : [];
      send(message);
      if (settings.show) this.#intake.add(found, settings);
    } catch (error) {
      failure = asFluxError(error);
      this.#node.status(failedStatus(this.#RED._, failure));
    }
    finish(this.#node, message, done, failure);
  }

  close(): void {
    this.#intake.close();
    this.#node.status({});
  }

  /** Read when the first message comes, so that what is wrong with them reaches Catch nodes. */
  #read(): PreviewSettings {
    this.#settings ??= readPreviewSettings(this.#config);
    return this.#settings;
  }

  #find(message: FluxMessage, { source, count }: PreviewSettings): ReturnType<typeof findPictures> {
    assertProperty(this.#RED, source);
    try {
      const value: unknown = this.#RED.util.getMessageProperty(message, source);
      return findPictures(message, source, value, count);
    } catch {
      // There is no such property in this message, or it cannot be read.
      return [];
    }
  }
}

/** @throws FluxError FLUX_CONFIG when it names no property of any message. */
function assertProperty(RED: NodeAPI, source: string): void {
  try {
    RED.util.normalisePropertyExpression(source);
  } catch {
    throw new FluxError("FLUX_CONFIG", `Picture (msg.${source.slice(0, 100)}) is not a property of a message.`);
  }
}
