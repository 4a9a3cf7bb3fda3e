import { hash } from "node:crypto";
import type { FluxRequest } from "../../models/request";

/** Longer texts are pictures, or what nobody prices by its words. */
const LONGEST_WORD = 200;

/** Addresses, picture data and UUIDs stand for pictures. */
const PICTURE = /^([a-z][a-z0-9+.-]*:\/\/|data:|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)/i;

/**
 * What decides the price of a request, as a hash: the model and all parameters, without prompts and seed. Of pictures it
 * only matters whether they are there, and how many. A request at its price has one shape, whatever it shows.
 */
export const shapeOf = (model: string, request: FluxRequest): string =>
  hash("sha256", JSON.stringify([model, priced(request)]), "base64url").slice(0, 22);

function priced(value: unknown): unknown {
  if (typeof value === "string") return value.length > LONGEST_WORD || PICTURE.test(value) ? "[picture]" : value;
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return "[picture]";
  if (Array.isArray(value)) return value.map(priced);
  // The order in which parameters were set makes no difference.
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (name !== "seed" && !/prompt$/i.test(name)) members.push([name, priced(member)]);
  }
  return members.sort(([one], [other]) => (one < other ? -1 : 1));
}
