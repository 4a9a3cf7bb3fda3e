import { hash } from "node:crypto";
import type { FluxRequest } from "../../models/request";

/** Longer texts are pictures, or what nobody prices by its words. */
const LONGEST_WORD = 200;

/** Addresses, picture data and UUIDs stand for pictures. */
const PICTURE = /^([a-z][a-z0-9+.-]*:\/\/|data:|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)/i;
const UUID_LENGTH = 36;

const A_PICTURE = "[picture]";

/**
 * What decides the price of a request, as a hash: the model and all parameters, without prompts and seed. Of pictures it
 * only matters whether they are there, and how many. A request at its price has one shape, whatever it shows.
 *
 * @param alike see `PreparedRequest`
 */
export function shapeOf(model: string, request: FluxRequest, alike?: object): string {
  const known = alike && shapes.get(alike);
  if (known !== undefined) return known;
  const shape = hash("sha256", JSON.stringify([model, priced(request)]), "base64url").slice(0, 22);
  if (alike) shapes.set(alike, shape);
  return shape;
}

const shapes = new WeakMap<object, string>();

/** Without objects: lists of names and values stand for them. */
function priced(value: unknown): unknown {
  if (typeof value === "string") return isPicture(value) ? A_PICTURE : value;
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return A_PICTURE;
  if (Array.isArray(value)) return value.map(priced);
  const members: unknown[] = [];
  // The order in which parameters were set makes no difference.
  for (const name of Object.keys(value).sort()) {
    if (name !== "seed" && !isPrompt(name)) members.push([name, priced(Reflect.get(value, name))]);
  }
  return members;
}

const isPicture = (text: string): boolean =>
  text.length > LONGEST_WORD || ((text.includes(":") || text.length === UUID_LENGTH) && PICTURE.test(text));

const isPrompt = (name: string): boolean => /prompt$/i.test(name);
