/** What kind of failure one of Runware's error codes tells of. */
export type Family =
  | "auth"
  | "quota"
  | "rate"
  | "safety"
  | "timeout"
  | "notFound"
  | "server"
  | "provider"
  | "validation"
  | "unknown";

/**
 * Runware publishes no list of codes, so families are matched by their usual words. The order matters:
 * `invalidApiKey` is about the key before it is about an invalid value, `providerTimeout` is a timeout.
 */
const FAMILIES: readonly (readonly [Family, RegExp])[] = [
  ["auth", /apikey|unauthori[sz]ed|forbidden|authentication|permission/],
  ["quota", /insufficient|quota|paymentrequired|credits|balance/],
  ["rate", /ratelimit|toomanyrequests/],
  ["safety", /contentpolicy|nsfw|promptblocked|moderation/],
  ["timeout", /timeout|timedout/],
  ["notFound", /notfound|expired/],
  ["server", /internalservererror|serviceunavailable|unknownerror/],
  ["provider", /inferenceerror|processingfailed|noavailableserver|modelunavailable|^provider/],
  ["validation", /^(invalid|missing|conflict|unsupported|max|min|unknownparameter|incompatible|duplicate)/],
];

/** Codes that say less than the status beside them. */
const VAGUE = new Set<Family>(["server", "unknown"]);

/** A code without its case and its separators, which differ from place to place. */
export const plainCode = (code: string | undefined): string => (code ?? "").toLowerCase().replace(/[^a-z]/g, "");

/** The family of an error, by its code and, where the code says little, by the HTTP status. */
export function familyOf(code: string | undefined, status: number): Family {
  const plain = plainCode(code);
  const named = FAMILIES.find(([, pattern]) => pattern.test(plain))?.[0] ?? "unknown";
  return VAGUE.has(named) ? (familyOfStatus(status) ?? named) : named;
}

function familyOfStatus(status: number): Family | undefined {
  if (status === 401 || status === 403) return "auth";
  if (status === 402) return "quota";
  if (status === 429) return "rate";
  if (status === 408) return "timeout";
  if (status === 404) return "notFound";
  if (status >= 500) return "server";
  return status >= 400 ? "validation" : undefined;
}

/** The service knows a task by this id already: what a resend after a lost answer hopes for. */
export const isTaskConflict = (code: string | undefined): boolean =>
  /^(conflict|duplicate)taskuuid/.test((code ?? "").toLowerCase());

/**
 * Whether an error in answer to a question about a task says no more than that there is no such task. Whatever else is
 * not found or has expired, such as an input picture, is why the task failed. `taskFailedOrNotFound` leaves it open,
 * so it is no proof of a failure either.
 */
export function isNoSuchTask(code: string | undefined, parameter: string | undefined, status: number): boolean {
  if (parameter !== undefined && !/taskuuid$/i.test(parameter)) return false;
  if (code === undefined) return status === 404;
  return /^(task|job|request)?(uuid|id)?(failedor)?(notfound|expired)$/.test(plainCode(code));
}
