import type { EditorNode, Typed } from "../node-red";
import { asTyped } from "../saved-node";

/** What a setting says, saved or in the open dialog. */
export type ReadSetting = (property: string) => unknown;

/** What holds for a setting of which nothing is saved: what the node's type gives a new node. */
export const presetOf = (node: EditorNode, property: string): unknown => {
  const defaults: Readonly<Record<string, unknown>> = { ...node._def.defaults };
  const preset = defaults[property];
  return typeof preset === "object" && preset !== null && "value" in preset ? preset.value : undefined;
};

/** A setting as text; what holds when it is not there, or emptied. */
export const textOf = (node: EditorNode, read: ReadSetting, property: string): string => {
  const value = String(read(property) ?? "").trim();
  return value === "" ? String(presetOf(node, property) ?? "") : value;
};

/** A typed setting; what holds when it is not there. */
export const typedOf = (node: EditorNode, read: ReadSetting, property: string): Typed =>
  asTyped(read(property)) ?? asTyped(presetOf(node, property)) ?? { type: "msg", value: "" };

/** Whether a setting is another than that of a new node. */
export const isSet = (node: EditorNode, read: ReadSetting, property: string): boolean => {
  const preset = presetOf(node, property);
  const isTyped = typeof preset === "object";
  const written = (value: unknown): string => (isTyped ? JSON.stringify(value) : String(value));
  const value = read(property) ?? preset;
  return value !== "" && written(value) !== written(preset);
};
