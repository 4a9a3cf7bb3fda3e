import type { ParameterSet } from "../model";
import type { FluxRequest } from "../request";

/** How a composition node's parameters meet those that a message has already. */
export type CompositionMode = "add" | "replace" | "clear";

/** What a composition node may set in `msg.flux`. */
export interface Composition extends ParameterSet {
  /** Members of the request: `lora`. Where there are several, each use of the node sets one of them. */
  readonly parameters: readonly string[];
}

/** The node that composes, as `msg.fluxOrigins` names it. */
export interface Origin {
  id: string;
  type: string;
  name?: string;
}

/** One message at a composition node. */
export interface CompositionInput {
  /** Which of the composition's parameters this is about. */
  parameter: string;
  mode: CompositionMode;
  /** Dialog values, nested: `{ lora: [{ model, weight }] }`; strings are coerced to the schema's types. */
  dialog: FluxRequest;
  /** Whether anything is set in the dialog at all; what it names may hold nothing for this message. */
  isConfigured: boolean;
  /** `msg.flux` and `msg.fluxOrigins` as they came: hostile until checked. */
  flux: unknown;
  origins: unknown;
  node: Origin;
}

/** What the message is to carry instead: new objects, nothing of the input is changed. Undefined: no such property. */
export interface Composed {
  flux: FluxRequest | undefined;
  origins: Readonly<Record<string, unknown>> | undefined;
  warnings: string[];
}
