import type { Mode, Model } from "./model";

/** A request's JSON object: parameter names are the provider's own. */
export type FluxRequest = Record<string, unknown>;

/** Picture bytes that are too large to travel inside a request; `path` is where their id or address goes. */
export interface Attachment {
  path: readonly (string | number)[];
  /** Of a picture that came as text they are decoded when they are first asked for. */
  readonly bytes: Buffer;
  contentType: string;
}

/** The form in which `msg.payload` carries a picture. */
export type OutputForm = "url" | "buffer" | "base64" | "dataURI";

/** How an answer comes where the request itself does not say: collected from the service's queue, or waited for. */
export type Delivery = "queue" | "sync";

/** A value together with the setting it came from, for error texts: `Prompt from (msg.payload)`. */
export interface Sourced {
  value: unknown;
  source: string;
}

/** Everything that a request is made of, lowest precedence first. */
export interface RequestInput {
  /** Dialog values by parameter, nested; strings are coerced to the schema's types. */
  dialog: FluxRequest;
  /** Prompt and input image, where the dialog names a source for them. */
  prompt?: Sourced;
  image?: Sourced;
  /** `msg.flux` as it came: hostile until checked. */
  flux: unknown;
  /** Which node upstream set a parameter of `msg.flux`, as it came: hostile until checked. See `origins.ts`. */
  origins?: unknown;
  /** Which of the model's endpoints is meant, where it has several; "auto" when not given. */
  mode?: Mode | "auto";
  /** "queue" when not given; of no effect where the request itself says how its answer comes. */
  delivery?: Delivery;
  output: OutputForm;
  /** Let parameters through that the schema does not know. */
  allowUnknown: boolean;
}

/** A request that may be paid for: every rule holds. */
export interface PreparedRequest {
  /** The model, or the endpoint of it, that the request is for. */
  model: Model;
  /** The number of pictures asked for. */
  expected: number;
  /**
   * Parameters as they go on the wire, those that the node sets included (Runware: `model`, `outputType`, `includeCost`,
   * `deliveryMethod`; fal: `sync_mode`); `taskType` and `taskUUID` are the provider's. Where a large picture belongs
   * stands a placeholder; see `attachments`. A seed above 2^53-1 is a string of digits.
   */
  request: FluxRequest;
  attachments: Attachment[];
  warnings: string[];
  /** The same object for requests for the same model that differ by their prompts only; absent where nobody knows. */
  alike?: object;
}
