import type { Item } from "./json";

/** Every text of a request under a name that ends in "prompt", at any depth: face refinement has prompts of its own. */
export function promptsIn(value: unknown): string[] {
  const prompts: string[] = [];
  collect(value, false, prompts);
  return prompts;
}

function collect(value: unknown, isPrompt: boolean, prompts: string[]): void {
  if (typeof value === "string" && isPrompt) prompts.push(value);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  for (const name of Object.keys(value)) {
    const member: unknown = (value as Item)[name];
    const isText = typeof member === "string" || typeof member === "object";
    if (isText) collect(member, isPrompt || /prompt$/i.test(name), prompts);
  }
}
