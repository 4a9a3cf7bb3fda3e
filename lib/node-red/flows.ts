import type { NodeAPI } from "./types";

/** A node's id as the editor makes it, today and in Node-RED before 1.3: there is no hyphen in one. */
const MADE_BY_EDITOR = /^[0-9a-f]{16}$|^[0-9a-f]{1,8}\.[0-9a-f]{1,8}$/;

/**
 * Tells whether a node is in the deployed flows, disabled ones included. Inside a subflow its id is made of the
 * instance's and its own; the definition's own nodes are none that run.
 */
export function isInFlows(RED: NodeAPI): (id: string) => boolean {
  const nodes = new Map<string, { type: string; z: string | undefined }>();
  const subflows = new Set<string | undefined>();
  RED.nodes.eachNode(({ id, type, z }) => {
    nodes.set(id, { type, z });
    if (type === "subflow") subflows.add(id);
  });
  /** @param subflow the definition to look in; undefined for the tabs. */
  const isThere = (id: string, subflow: string | undefined): boolean => {
    const find = (nodeId: string) => {
      const node = nodes.get(nodeId);
      return node && (subflow === undefined ? !subflows.has(node.z) : node.z === subflow) ? node : undefined;
    };
    const isInside = (instanceId: string, rest: string): boolean => {
      const instance = find(instanceId);
      if (!instance) return false;
      if (instance.type.startsWith("subflow:")) return isThere(rest, instance.type.slice("subflow:".length));
      // A subflow that came as a module: what is in it cannot be seen from here.
      return MADE_BY_EDITOR.test(instanceId);
    };
    return (
      find(id) !== undefined ||
      [...id.matchAll(/-/g)].some(({ index }) => isInside(id.slice(0, index), id.slice(index + 1)))
    );
  };
  return (id) => isThere(id, undefined);
}
