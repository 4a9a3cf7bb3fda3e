import type { EditorNode } from "../node-red";
import { input } from "./controls";
import type { AccountKind } from "./kind";
import { dialogIsOf } from "./shown-node";

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Of a node that never had credentials the server knows nothing, and the editor takes the empty fields for a change. */
export const expectCredentials = (node: EditorNode, { passwords, texts }: AccountKind): void => {
  const known = node.credentials;
  const absent: [string, unknown][] = [
    ...passwords.map((name): [string, boolean] => [`has_${name}`, false]),
    ...texts.map((name): [string, string] => [name, ""]),
  ];
  for (const credentials of [known, known?._].filter(isObject)) {
    for (const [name, value] of absent) if (!(name in credentials)) Reflect.set(credentials, name, value);
  }
};

/** Whether a credential is there, as far as the editor knows: it learns that only when a dialog has been opened. */
export const hasCredential = (node: EditorNode, name: string): boolean => {
  const typed = input(name);
  if (typed !== null && dialogIsOf(node)) return typed.value.trim() !== "";
  if (node.credentials === undefined) return true;
  const value = node.credentials[name];
  return node.credentials[`has_${name}`] === true || (typeof value === "string" && value !== "");
};
