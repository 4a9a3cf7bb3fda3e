/** A node of the flows, and what its dialog saved. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  /** The tab, or the subflow whose definition it is in. */
  readonly flow: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** From a node's output, or a definition's `inputOf`, to a node or a definition's `outputOf`. */
export interface Wire {
  readonly from: string;
  readonly port: number;
  readonly to: string;
}

/** Flows as they would run: without what is disabled. */
export interface Graph {
  readonly nodes: ReadonlyMap<string, FlowNode>;
  readonly subflows: ReadonlySet<string>;
  readonly wires: readonly Wire[];
}

/** Where messages come into the definition of a subflow. It has no id of its own; no id starts with a space. */
export const inputOf = (subflow: string): string => ` input ${subflow}`;

/** Where messages leave the definition of a subflow. */
export const outputOf = (subflow: string, port: number): string => ` output ${port} ${subflow}`;
