import { inCurrentVersion, type SavedNode } from "../lib/node-red/saved-versions";
import type { EditorNode, Typed } from "./node-red";

/** The properties of a node that are saved in the flow: those that its `defaults` name. */
const savedProperties = (node: EditorNode): SavedNode =>
  Object.fromEntries(
    Object.keys(node._def.defaults ?? {})
      .filter((property) => node[property] !== undefined)
      .map((property) => [property, node[property]]),
  );

/**
 * The saved properties as the node reads them when the flow runs. What a newer version saved stays as it is; so does what
 * a node saved whose type has no versions.
 */
export const readSaved = (node: EditorNode): SavedNode => {
  const saved = savedProperties(node);
  const hasVersions = "version" in (node._def.defaults ?? {});
  return (hasVersions ? inCurrentVersion(saved) : undefined) ?? saved;
};

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

/**
 * Puts changed properties on the node. Nothing happens when they say what the node says already; otherwise the rest is
 * brought to the current version too, so that all of it is of one version.
 */
export const writeSaved = (node: EditorNode, changes: ReadonlyMap<string, unknown>): void => {
  const current = readSaved(node);
  const differing = [...changes].filter(([property, value]) => !same(current[property], value));
  if (differing.length === 0) return;
  for (const [property, value] of [...Object.entries(current), ...differing]) {
    if (!same(node[property], value)) node[property] = value;
  }
};

/** A saved value of a typed input, its value as text; undefined when it is none. */
export const asTyped = (saved: unknown): Typed | undefined => {
  if (typeof saved !== "object" || saved === null || !("type" in saved) || typeof saved.type !== "string") {
    return undefined;
  }
  const value = "value" in saved ? saved.value : "";
  if (typeof value === "object" && value !== null) return undefined;
  return { type: saved.type, value: String(value ?? "") };
};
