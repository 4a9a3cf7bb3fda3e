import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from "node-red";

export type { Node, NodeAPI, NodeDef };

/** A message on a wire: our own properties beside whatever the flow put there. */
export type FluxMessage = NodeMessageInFlow & { flux?: unknown; fluxOrigins?: unknown };

/** How an input handler passes a message on. */
export type Send = (message: FluxMessage) => void;

/** A value as an editor's typed input stores it. */
export interface TypedValue {
  type: string;
  value: string;
}

/** What the nodes of this pack put on a status object beside fill, shape and text, for Status nodes. */
export interface FluxStatus {
  fill?: "red" | "green" | "yellow" | "blue" | "grey";
  shape?: "ring" | "dot";
  text?: string;
  job?: string;
  progress?: number;
  queuePosition?: number;
  log?: string;
  inFlight?: number;
  cost?: number;
  /** When messages that are held back are taken again, as an ISO 8601 time. */
  opensAt?: string;
}
