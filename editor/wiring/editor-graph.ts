import { type EditorNode, page, type WireEnd } from "../node-red";
import { type FlowNode, type Graph, inputOf, outputOf, type Wire } from "./graph";

/** The place that a wire is attached to; undefined for a subflow's status, which reaches no node. */
const placeOf = ({ id, type, z = "", direction, i = 0 }: WireEnd): string | undefined => {
  if (type !== "subflow") return id;
  if (direction === "in") return inputOf(z);
  return direction === "out" ? outputOf(z, i) : undefined;
};

/** The flows in the editor as they would run if they were deployed now. */
export const readEditorGraph = (): Graph => {
  const { nodes: editor } = page.RED;
  const nodes = new Map<string, FlowNode>();
  const subflows = new Set<string>();
  const disabled = new Set<string>();
  const add = (node: EditorNode): void => {
    const { id, type, z } = node;
    const flow = typeof z === "string" ? z : "";
    if (node.d !== true && !disabled.has(flow)) nodes.set(id, { id, type, flow, settings: node });
  };
  const addJunctions = (flow: string): void => editor.junctions(flow).forEach(add);

  editor.eachWorkspace(({ id, disabled: isDisabled }) => {
    if (isDisabled === true) disabled.add(id);
    else addJunctions(id);
  });
  editor.eachSubflow(({ id }) => {
    subflows.add(id);
    addJunctions(id);
  });
  editor.eachNode(add);

  const wires: Wire[] = [];
  editor.eachLink(({ source, sourcePort, target }) => {
    const from = placeOf(source);
    const to = placeOf(target);
    if (from !== undefined && to !== undefined) wires.push({ from, port: sourcePort, to });
  });
  return { nodes, subflows, wires };
};
