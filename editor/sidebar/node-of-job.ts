import { models } from "../models";
import { type EditorNode, page, type Translate } from "../node-red";

/** Where a job comes from, as the page knows it. */
export interface JobNode {
  label: string;
  flow: string;
  /** The name of its model; undefined where its node is of none. */
  model: string | undefined;
  reveal: () => void;
}

/**
 * The node that a job is of. One inside a subflow runs under an id made of the instance's and its own: the instance is
 * where it can be seen.
 *
 * @returns undefined when it is not in the flows of this page.
 */
export function nodeOfJob(id: string, t: Translate): JobNode | undefined {
  const node = page.RED.nodes.node(id);
  if (node) return described(node, node, labelOf(node));
  for (const { index } of id.matchAll(/-/g)) {
    const instance = page.RED.nodes.node(id.slice(0, index));
    if (!instance?.type.startsWith("subflow:")) continue;
    const inner = page.RED.nodes.node(id.slice(id.lastIndexOf("-") + 1));
    const subflow = labelOf(instance);
    return described(
      instance,
      inner ?? instance,
      inner ? t("sidebar.inside", { node: labelOf(inner), subflow }) : subflow,
    );
  }
  return undefined;
}

const described = (shown: EditorNode, running: EditorNode, label: string): JobNode => ({
  label,
  flow: flowOf(shown),
  model: models[running.type]?.title,
  reveal: () => page.RED.view.reveal(shown.id, true),
});

const labelOf = (node: EditorNode): string => page.RED.utils.getNodeLabel(node, node.type).replaceAll("\\n", " ");

function flowOf({ z }: EditorNode): string {
  if (typeof z !== "string") return "";
  const { nodes } = page.RED;
  return nodes.workspace(z)?.label ?? nodes.subflow(z)?.name ?? "";
}
