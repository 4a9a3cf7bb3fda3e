/** Every text of a request under a name that ends in "prompt", at any depth: face refinement has prompts of its own. */
export function* promptsIn(value: unknown, isPrompt = false): Generator<string> {
  if (typeof value === "string" && isPrompt) yield value;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  for (const [name, member] of Object.entries(value)) yield* promptsIn(member, isPrompt || /prompt$/i.test(name));
}
