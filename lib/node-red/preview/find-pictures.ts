import { types } from "node:util";
import { isList } from "../../models/preparing/is-list";
import { peek } from "../../models/preparing/peek";
import type { FluxMessage } from "../types";

/** What may be a picture of a message: nothing of it is decoded or fetched yet. */
export interface FoundPicture {
  content: string | Uint8Array;
  facts: FoundFacts;
}

/** What a message says about a picture. Nothing of it is trusted: any node may have written it. */
interface FoundFacts {
  url?: string;
  seed?: string;
  nsfw: boolean;
  /** As JSON. */
  request?: string;
}

/** Where services and nodes put a picture or its address into an object; the first that is there counts. */
const MEMBERS = ["url", "location", "imageURL", "dataURI", "imageDataURI", "base64", "imageBase64Data", "images"];

/** Of a list, from its end; a message has no more pictures than that. */
const LONGEST_LIST = 1000;

/** How deep pictures lie: a service's answer, its list, the list's objects. */
const DEEPEST = 3;

/** Values that are looked at: lists of lists, like the bare pixels of a picture, hold millions. */
const MOST_LOOKED_AT = 10_000;

/** Characters; longer than every seed, and than every address that a browser opens. */
const LONGEST_SEED = 40;
const LONGEST_URL = 8192;

/** Characters; a request has a prompt, and pictures in it are left out. */
const LONGEST_REQUEST = 200_000;

/** Properties that `msg.image` and `msg.job` speak of. */
const OURS = /^(payload|image|s3)\b/;

/**
 * The last pictures that a property of a message holds: one, or a list of them, as they are or in the objects that
 * services and the nodes of this pack make. Takes no time, whatever the size of the pictures.
 *
 * @param property where the value is from.
 * @param most how many are looked for, from the end of a list.
 */
export function findPictures(message: FluxMessage, property: string, value: unknown, most: number): FoundPicture[] {
  const isOurs = OURS.test(property);
  const images = isOurs ? peek(message, "image") : undefined;
  const request = isOurs ? requestOf(message) : undefined;
  const found: FoundPicture[] = [];
  let lookedAt = 0;
  const visit = (item: unknown, owners: readonly unknown[], position: number, depth: number): void => {
    lookedAt += 1;
    if (typeof item === "string" || types.isUint8Array(item)) {
      const described = [...owners, isList(images) ? peek(images, position) : images];
      found.push({ content: item, facts: { ...factsOf(described), ...(request !== undefined && { request }) } });
    } else if (depth < DEEPEST && isList(item)) {
      const { length } = item;
      for (let index = length - 1; index >= Math.max(0, length - LONGEST_LIST); index -= 1) {
        if (found.length >= most || lookedAt >= MOST_LOOKED_AT) break;
        visit(peek(item, index), owners, index, depth + 1);
      }
    } else if (depth < DEEPEST) {
      const member = MEMBERS.map((name) => peek(item, name)).find((inside) => inside !== undefined && inside !== "");
      if (member !== undefined) visit(member, [item, ...owners], position, depth + 1);
    }
  };
  visit(value, [], 0, 0);
  return found.reverse();
}

/** Of what describes a picture, the nearest says most. */
function factsOf(described: readonly unknown[]): FoundFacts {
  const first = (name: string): unknown => described.map((owner) => peek(owner, name)).find(isKnown);
  const seed = first("seed");
  const url = first("url");
  return {
    nsfw: described.some((owner) => peek(owner, "nsfw") === true || peek(owner, "NSFWContent") === true),
    ...((typeof seed === "number" || typeof seed === "bigint" || typeof seed === "string") &&
      String(seed).length <= LONGEST_SEED && { seed: String(seed) }),
    ...(typeof url === "string" && url.length <= LONGEST_URL && /^https?:/i.test(url) && { url }),
  };
}

const isKnown = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

/** Written down now: what comes after in the flow may change the message. */
function requestOf(message: FluxMessage): string | undefined {
  try {
    const request = peek(peek(message, "job"), "request");
    const text = isShort(request) ? JSON.stringify(request, undefined, 2) : undefined;
    return text === undefined || text.length > LONGEST_REQUEST ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Whether a value may fit into the text of a request: writing a picture's bytes as JSON takes seconds. */
function isShort(value: unknown): boolean {
  const inside = [value];
  for (let room = LONGEST_REQUEST; room > 0; ) {
    if (inside.length === 0) return true;
    const next = inside.pop();
    if (typeof next === "string") room -= next.length;
    else if (ArrayBuffer.isView(next)) room -= next.byteLength;
    else if (isList(next) && next.length > room) return false;
    else if (typeof next === "object" && next !== null) {
      const names = Object.keys(next);
      room -= names.length;
      inside.push(...names.slice(0, Math.max(0, room)).map((name) => peek(next, name)));
    }
  }
  return false;
}
