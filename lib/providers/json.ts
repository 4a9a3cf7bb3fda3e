import type { FluxRequest } from "../models/request";
import { withLongTexts } from "./long-texts";

/** A JSON object as a service sent it: nothing about its members is certain. */
export type Item = Readonly<Record<string, unknown>>;

export const isItem = (value: unknown): value is Item =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A request as JSON text. The seed is spliced in as bare digits: seeds reach 19 digits, and a JavaScript number keeps 15
 * of them (JSON.rawJSON would do it, but Node 20 has none).
 */
export function serialise(request: FluxRequest): string {
  // Numbers are written as they are.
  const digits = typeof request.seed === "number" ? undefined : digitsOf(request.seed);
  if (digits === undefined) return JSON.stringify(request);
  const { seed: _, ...others } = request;
  const members = JSON.stringify(others).slice(1);
  return `{"seed":${digits}${members === "}" ? "" : ","}${members}`;
}

function digitsOf(seed: unknown): string | undefined {
  if (typeof seed === "bigint") return String(seed);
  return typeof seed === "string" && /^(0|[1-9]\d{0,29})$/.test(seed) ? seed : undefined;
}

/**
 * Parses an answer without rounding its seeds: those of 16 digits and more become strings first. This cannot hit inside
 * a string: there every quote is escaped, so that `"seed"` followed by a colon is always a member's name.
 *
 * @returns undefined for what is not JSON.
 */
export function parse(text: string): unknown {
  try {
    return withLongTexts(text, (rest, revive) =>
      JSON.parse(rest.replace(/"seed"\s*:\s*(\d{16,})(?=[\s,}])/g, '"seed":"$1"'), revive),
    );
  } catch {
    return undefined;
  }
}

/** A seed as the message contract wants it: a number up to 2^53-1, above that its digits. */
export function readSeed(value: unknown): number | string | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== "string" || !/^\d{1,30}$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value).toString();
}

/** US dollars for one picture. Pictures cost cents: what is more is no price, and sums of what is less stay exact. */
const HIGHEST_COST = 1000;

/** The cost of a picture, in US dollars; undefined when it is none: text, negative, `1e400`. */
export const readCost = (value: unknown): number | undefined =>
  typeof value === "number" && value >= 0 && value <= HIGHEST_COST ? value : undefined;

/** Of one job; the services' largest batch has 20. */
const MOST_PICTURES = 50;

/** How many pictures a request asks for, where anybody may have written it; undefined when that is no such number. */
export const readPictureCount = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MOST_PICTURES ? value : undefined;
