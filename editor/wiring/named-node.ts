import { element } from "../element";
import { page } from "../node-red";

/** What a node type is called in the palette. */
export const titleOf = (type: string): string => {
  const title = page.RED.nodes.getType(type)?.paletteLabel;
  return typeof title === "string" ? title : type;
};

/** A node's label as a button that shows the node in the workspace. */
export const nodeButton = (id: string): HTMLElement => {
  const node = page.RED.nodes.node(id);
  const label = node ? page.RED.utils.getNodeLabel(node, node.type) : id;
  const made = element("button", { type: "button", class: "fluxwire-node" }, label);
  made.addEventListener("click", () => page.RED.view.reveal(id));
  return made;
};

/** A node with what it is: "portrait / FLUX SRPO (fal), text to image". Without a name, its label says what it is. */
export const namedNode = (id: string, addition = ""): (Node | string)[] => {
  const node = page.RED.nodes.node(id);
  const kind = node?.name ? ` / ${titleOf(node.type)}` : "";
  return [nodeButton(id), kind, addition === "" ? "" : `, ${addition}`];
};

export const inSequence = (parts: readonly Node[]): (Node | string)[] =>
  parts.flatMap((part, index) => (index === 0 ? [part] : [", ", part]));

/**
 * A sentence of the catalogue in which nodes are named: `__node__` in it becomes what `parts.node` holds.
 *
 * @param translate looks the sentence up, with what stands for the parts.
 */
export const sentence = (
  translate: (places: Record<string, string>) => string,
  parts: Readonly<Record<string, readonly (Node | string)[]>>,
): (Node | string)[] => {
  const names = Object.keys(parts);
  // No text has these characters in it.
  const marks = names.map((_, index) => String.fromCharCode(0xe000 + index));
  const text = translate(Object.fromEntries(names.map((name, index) => [name, marks[index] ?? ""])));
  return text.split(/([\ue000-\ue0ff])/).flatMap((piece) => {
    const name = names[marks.indexOf(piece)];
    if (name === undefined) return piece === "" ? [] : [piece];
    return [...(parts[name] ?? [])];
  });
};
