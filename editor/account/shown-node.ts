import type { EditorNode } from "../node-red";
import { input, shown, shownChoice } from "./controls";

/** Whether the open dialog is that of this node: its controls are ahead of what is saved. */
export const dialogIsOf = (node: EditorNode): boolean =>
  document.querySelector(`[data-fluxwire-account="${node.id}"]`) !== null;

/** What a setting is at this moment: in the open dialog, else as it is saved. */
export const currentText = (node: EditorNode, property: string): string => {
  const inDialog = (): string | undefined => (input(property) === null ? shownChoice(property) : shown(property));
  const text = dialogIsOf(node) ? inDialog() : undefined;
  return (text ?? String(node[property] ?? "")).trim();
};
