import { isDirectUpload } from "./direct-upload";
import { writtenPicture } from "./formats";
import type { FluxRequest } from "./request";

/** Longer than any UUID or model identifier. Nobody knows what is longer and no prompt. */
const LONGEST_NAME = 256;

/** Characters of the smallest file in base64 that any program takes for a picture; a 1 x 1 GIF has 35 bytes. */
const SHORTEST_PICTURE = 40;

const PROMPTS = new Set(["positivePrompt", "negativePrompt", "prompt"]);

/**
 * A copy of a request that may leave on a message: pictures and long texts are replaced by their length, and addresses
 * lose their query, which in a signed URL is a key, and their user and password.
 *
 * @param isLeftOut of a parameter, which is not copied then.
 */
export function publicRequest(request: FluxRequest, isLeftOut = (_name: string): boolean => false): FluxRequest {
  const copy: FluxRequest = {};
  for (const name of Object.keys(request)) {
    if (!isLeftOut(name)) define(copy, name, publicValue(name, request[name]));
  }
  return copy;
}

/** A parameter of somebody's own may have any name, and a setter's at that. */
function define(copy: FluxRequest, name: string, value: unknown): void {
  if (name === "__proto__")
    Object.defineProperty(copy, name, { value, writable: true, enumerable: true, configurable: true });
  else copy[name] = value;
}

function publicValue(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => publicValue(name, item));
  if (typeof value === "object" && value !== null) return publicRequest(value as FluxRequest);
  return typeof value === "string" && !PROMPTS.has(name) ? publicText(value) : value;
}

function publicText(text: string): string {
  // Most are words and models: too short to hold a picture, and neither addresses nor data URIs.
  if (text.length < SHORTEST_PICTURE && (!text.includes(":") || !/^\s*[dh]/i.test(text))) return text;
  // It holds no signature, and tells where the picture went.
  if (isDirectUpload(text)) return text;
  if (writtenPicture(text) !== undefined) return `(picture, ${text.length} characters)`;
  if (/^\s*data:/i.test(text)) return `(data URI, ${text.length} characters)`;
  if (/^\s*https?:/i.test(text)) return withoutQuery(text);
  return text.length > LONGEST_NAME ? `(text, ${text.length} characters)` : text;
}

/** An address without what may be a key in it: query, fragment, user and password. */
function withoutQuery(text: string): string {
  if (!URL.canParse(text)) return "(address)";
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
