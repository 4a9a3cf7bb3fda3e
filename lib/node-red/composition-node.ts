import { FluxError } from "../errors";
import { asFluxError } from "../jobs/unexpected";
import { compose } from "../models/composition/compose";
import type { Composed, Composition } from "../models/composition/composition";
import { peek } from "../models/preparing/peek";
import { failedStatus } from "./failed-status";
import { finish } from "./finish";
import { readDialog } from "./read-input";
import { readMember } from "./read-member";
import { type CompositionSettings, readCompositionSettings } from "./settings";
import type { FluxMessage, Node, NodeAPI, NodeDef, Send, TypedValue } from "./types";
import { warnOf } from "./warn-of";
import { assertWritable } from "./writable";

/** Registers a composition node type: what it sets is checked, joins `msg.flux`, and the message goes on. */
export function compositionNode(RED: NodeAPI, type: string, composition: Composition): void {
  function CompositionNode(this: Node, config: NodeDef) {
    RED.nodes.createNode(this, config);
    const composing = new Composing(RED, this, composition, config);
    this.on("input", (message, send, done) => composing.input(message as FluxMessage, send, done));
    this.on("close", () => composing.close());
  }
  RED.nodes.registerType(type, CompositionNode);
}

/** What a node's settings say of the one parameter that it sets. */
interface ReadSettings extends Pick<CompositionSettings, "mode" | "params"> {
  parameter: string;
}

/** One composition node. */
class Composing {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #composition: Composition;
  readonly #config: NodeDef;
  #read: ReadSettings | undefined;
  #closed = false;
  #showsFailure = false;

  constructor(RED: NodeAPI, node: Node, composition: Composition, config: NodeDef) {
    this.#RED = RED;
    this.#node = node;
    this.#composition = composition;
    this.#config = config;
  }

  /** Never rejects: a rejected input handler would end the whole Node-RED process. */
  async input(message: FluxMessage, send: Send, done: (error?: Error) => void): Promise<void> {
    let failure: FluxError | undefined;
    try {
      const composed = await this.#compose(message);
      if (this.#closed) return;
      this.#put(composed, message);
      send(message);
    } catch (error) {
      if (this.#closed) return;
      failure = asFluxError(error);
    }
    this.#show(failure);
    finish(this.#node, message, done, failure);
  }

  close(): void {
    this.#closed = true;
    this.#node.status({});
  }

  async #compose(message: FluxMessage): Promise<Composed> {
    // Read when the first message comes, so that what is wrong with them reaches Catch nodes.
    this.#read ??= this.#readSettings();
    const { mode, parameter, params } = this.#read;
    const dialog = await readDialog(this.#RED, this.#node, params, message);
    assertWritable(message, ["flux", "fluxOrigins"]);
    return compose(this.#composition, {
      parameter,
      mode,
      dialog,
      isConfigured: Object.keys(params).length > 0,
      flux: readMember(message, "flux"),
      origins: peek(message, "fluxOrigins"),
      node: this.#node,
    });
  }

  #readSettings(): ReadSettings {
    const settings = readCompositionSettings(this.#config);
    const { mode } = settings;
    const parameter = this.#parameter(settings);
    return { mode, parameter, params: mode === "clear" ? {} : below(parameter, settings.params) };
  }

  #parameter({ method }: CompositionSettings): string {
    const { parameters } = this.#composition;
    const [first = ""] = parameters;
    if (method === "" || parameters.includes(method)) return method || first;
    throw new FluxError("FLUX_CONFIG", `method must be one of ${parameters.join(", ")}. Nothing was sent.`);
  }

  /** All at once, when nothing can fail any more: a message that is refused leaves as it came. */
  #put({ flux, origins, warnings }: Composed, message: FluxMessage): void {
    setOrDelete(message, "flux", flux);
    setOrDelete(message, "fluxOrigins", origins);
    warnOf(this.#node, warnings);
  }

  /** An error stays visible until the next message; nothing else is shown, since composing takes no time. */
  #show(failure: FluxError | undefined): void {
    if (!failure && !this.#showsFailure) return;
    this.#showsFailure = failure !== undefined;
    this.#node.status(failure ? failedStatus(this.#RED._, failure) : {});
  }
}

/** The parameters of a dialog that belong to one member of the request. */
const below = (parameter: string, params: Readonly<Record<string, TypedValue>>): Record<string, TypedValue> =>
  Object.fromEntries(Object.entries(params).filter(([path]) => path === parameter || path.startsWith(`${parameter}.`)));

function setOrDelete(message: FluxMessage, property: "flux" | "fluxOrigins", value: object | undefined): void {
  if (value === undefined) delete message[property];
  else message[property] = value;
}
