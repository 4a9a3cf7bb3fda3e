import { hash } from "node:crypto";
import type { FluxRequest } from "../../models/request";

/** Longer texts are pictures, or what nobody prices by its words. */
const LONGEST_WORD = 200;

/** Addresses, picture data and UUIDs stand for pictures. */
const PICTURE = /^([a-z][a-z0-9+.-]*:\/\/|data:|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)/i;

const A_PICTURE = '"[picture]"';

/**
 * What decides the price of a request, as a hash: the model and all parameters, without prompts and seed. Of pictures it
 * only matters whether they are there, and how many. A request at its price has one shape, whatever it shows.
 *
 * @param alike see `PreparedRequest`
 */
export function shapeOf(model: string, request: FluxRequest, alike?: object): string {
  const known = alike && shapes.get(alike);
  if (known !== undefined) return known;
  const shape = hash("sha256", `[${JSON.stringify(model)},${priced(request)}]`, "base64url").slice(0, 22);
  if (alike) shapes.set(alike, shape);
  return shape;
}

const shapes = new WeakMap<object, string>();

/** As JSON: lists of names and values instead of objects. */
function priced(value: unknown): string {
  if (typeof value === "string") return value.length > LONGEST_WORD || PICTURE.test(value) ? A_PICTURE : quoted(value);
  if (typeof value === "bigint") return quoted(String(value));
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (ArrayBuffer.isView(value)) return A_PICTURE;
  if (Array.isArray(value)) return `[${value.map(priced).join(",")}]`;
  let members = "";
  // The order in which parameters were set makes no difference.
  for (const name of Object.keys(value).sort()) {
    if (name === "seed" || /prompt$/i.test(name)) continue;
    members += `${members === "" ? "" : ","}[${quoted(name)},${priced(Reflect.get(value, name))}]`;
  }
  return `[${members}]`;
}

const quoted = (text: string): string => JSON.stringify(text);
