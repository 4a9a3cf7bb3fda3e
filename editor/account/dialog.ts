import type { EditorNode } from "../node-red";
import { checkAccountSetting } from "./check";
import { configNode, drawChoices, input, shown, shownChoice } from "./controls";
import { expectCredentials } from "./credentials";
import { kindOf } from "./kinds";
import { drawPrices, savePrices } from "./prices/table";
import { foldAccountSections } from "./sections";
import { drawTestButton } from "./test-button";

/** Fills the dialog of an account node; called as its `oneditprepare`. */
export const editAccount = (node: EditorNode): void => {
  const t = node._def._;
  const kind = kindOf(node.type);
  expectCredentials(node, kind);
  drawChoices(node, kind.chosen, t);
  const isRight = (property: string): boolean => checkAccountSetting(node, property, node[property]) === true;
  drawPrices(node, t);
  foldAccountSections(t, kind.openAtFirst, isRight);
  drawTestButton(node, kind, t);
  kind.prepare?.(node);
};

/** Takes over what Node-RED does not read by itself; called as `oneditsave`. */
export const saveAccount = (node: EditorNode): void => {
  for (const [property, { preset }] of Object.entries(kindOf(node.type).chosen)) {
    const value = shownChoice(property);
    if (value === undefined || value === String(node[property] ?? preset)) continue;
    node[property] = value === "true" || (value === "false" ? false : value);
  }
  savePrices(node);
  leaveUnsaved(node);
  redrawUsers(node);
};

/** The labels of nodes may name this one; Node-RED draws only those anew that it takes for changed. */
const redrawUsers = (node: EditorNode): void => {
  for (const user of node.users ?? []) user.dirty = true;
};

/**
 * Hides the empty controls of settings that the node was saved without, by an earlier version or a hand: Node-RED, which
 * reads the controls next, would take them for a change.
 */
const leaveUnsaved = (node: EditorNode): void => {
  for (const property of Object.keys(node._def.defaults ?? {})) {
    const isEmpty = [shown, configNode].some((read) => read(property).trim() === "");
    if (node[property] === undefined && isEmpty) input(property)?.removeAttribute("id");
  }
};
