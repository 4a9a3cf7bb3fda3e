import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createContext, runInContext } from "node:vm";

const folder = resolve(__dirname, "../../dist/nodes");
/** Every node type of the pack. */
export const types = readdirSync(folder)
  .filter((file) => file.endsWith(".html"))
  .map((file) => file.slice(0, -".html".length));

/** What Node-RED loads of a node type in the editor. */
export const htmlOf = (type: string): string => readFileSync(join(folder, `${type}.html`), "utf8");
const scriptsOf = (type: string): string[] =>
  [...htmlOf(type).matchAll(/<script type="text\/javascript">([\s\S]*?)<\/script>/g)].map(([, script = ""]) => script);
/** The script that registers the node, without its comments. */
export const registrationOf = (type: string): string =>
  scriptsOf(type).find((script) => script.includes("registerType")) ?? "";

/** What a template registers. */
interface Definition {
  category: string;
  color: string;
  icon: string;
  defaults: Record<string, { value: unknown; validate?: (this: unknown, value: unknown, options: object) => unknown }>;
  credentials?: Record<string, { type: string }>;
  oneditprepare(): void;
  oneditsave(): void;
  label(this: unknown): string;
  labelStyle(this: unknown): string;
  paletteLabel?: string;
  inputs?: number;
  outputs?: number;
}

/** Runs a template's scripts on a page that has nothing but Node-RED: the shared code never arrives. */
export const registerWithoutBundle = (type: string): { name: string; definition: Definition } => {
  const registered: { name: string; definition: Definition }[] = [];
  const document = {
    getElementById: () => null,
    createElement: () => ({}),
    head: { appendChild: () => undefined },
  };
  const RED = {
    settings: {},
    nodes: { registerType: (name: string, definition: Definition) => registered.push({ name, definition }) },
  };
  const page = createContext({ RED, document, window: {} });
  for (const script of scriptsOf(type)) runInContext(script, page);
  const [first, ...others] = registered;
  assert.ok(first !== undefined && others.length === 0);
  return first;
};
