import type { FluxRequest } from "../../models/request";

/** A JSON object as the service sent it: nothing about its members is certain. */
export type Item = Readonly<Record<string, unknown>>;

/**
 * One task as JSON text. The seed is spliced in as bare digits: seeds reach 19 digits, and a JavaScript number keeps 15
 * of them (JSON.rawJSON would do it, but Node 20 has none).
 */
export function serialiseTask(taskType: string, taskUUID: string, parameters: FluxRequest): string {
  const { seed, taskType: _type, taskUUID: _uuid, ...others } = parameters;
  const digits = digitsOf(seed);
  const head = `{"taskType":${JSON.stringify(taskType)},"taskUUID":${JSON.stringify(taskUUID)}`;
  const splicedSeed = digits === undefined ? "" : `,"seed":${digits}`;
  const rest = digits === undefined && seed !== undefined ? { ...others, seed } : others;
  const members = JSON.stringify(rest).slice(1);
  return `${head}${splicedSeed}${members === "}" ? "" : ","}${members}`;
}

function digitsOf(seed: unknown): string | undefined {
  if (typeof seed === "bigint" || Number.isSafeInteger(seed)) return String(seed);
  return typeof seed === "string" && /^(0|[1-9]\d{0,18})$/.test(seed) ? seed : undefined;
}

/**
 * Parses an answer without rounding its seeds: those of 16 digits and more become strings first. This cannot hit inside
 * a string: there every quote is escaped, so that `"seed"` followed by a colon is always a member's name.
 *
 * @throws SyntaxError for what is not JSON.
 */
export function parseKeepingSeeds(text: string): unknown {
  return JSON.parse(text.replace(/"seed"\s*:\s*(\d{16,})(?=[\s,}])/g, '"seed":"$1"'));
}

/** A seed as the message contract wants it: a number up to 2^53-1, above that its digits. */
export function readSeed(value: unknown): number | string | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== "string" || !/^\d{1,30}$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value).toString();
}
