import type { NodeAPI } from "./types";

/** Tells whether a node is in the deployed flows; inside a subflow its id is made of the instance's and its own. */
export function isInFlows(RED: NodeAPI): (id: string) => boolean {
  const ids = new Set<string>();
  RED.nodes.eachNode((node) => ids.add(node.id));
  const isThere = (id: string): boolean =>
    ids.has(id) ||
    [...id.matchAll(/-/g)].some(({ index }) => ids.has(id.slice(0, index)) && isThere(id.slice(index + 1)));
  return isThere;
}
