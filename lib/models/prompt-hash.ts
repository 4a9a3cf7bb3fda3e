import { hash } from "node:crypto";
import { peek } from "./preparing/peek";

const ALGORITHM = "sha256:";

/** What a prompt can be recognised by, but not read from: `sha256:` and the hex digest of its UTF-8. */
export const promptHash = (prompt: string): string => ALGORITHM + hash("sha256", prompt, "hex");

/** The digest without its algorithm. */
export const digestOf = (hash: string): string => hash.slice(ALGORITHM.length);

/** Whether somebody else's value has that form. */
export const isPromptHash = (value: unknown): value is string =>
  typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value);

/** The text that a request asks a picture for, by the name that its service has for it; undefined: none. */
export function promptIn(request: unknown): string | undefined {
  const prompt = peek(request, "positivePrompt") ?? peek(request, "prompt");
  return typeof prompt === "string" && prompt !== "" ? prompt : undefined;
}

/** Of a job whose request may have lost its prompt, but not the hash of it. */
export function promptHashOf({
  request,
  promptHash: kept,
}: {
  request: unknown;
  promptHash?: string;
}): string | undefined {
  const prompt = promptIn(request);
  return prompt === undefined ? kept : promptHash(prompt);
}
