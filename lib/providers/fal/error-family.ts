/** What kind of failure one of fal's answers tells of. */
export type Family =
  | "auth"
  | "quota"
  | "rate"
  | "safety"
  | "timeout"
  | "cancelled"
  | "notFound"
  | "validation"
  | "server"
  | "unknown";

/**
 * fal's error types, of its models and of its platform, by their usual words. The order matters:
 * `runner_connection_timeout` is about fal's machines before it is about time.
 */
const TYPES: readonly (readonly [Family, RegExp])[] = [
  ["safety", /content_policy|nsfw/],
  ["server", /^(runner_|internal_|downstream_)|server_error/],
  ["cancelled", /^client_/],
  ["timeout", /timeout/],
  [
    "validation",
    /^(image_|file_|bad_request$|missing$|greater_than|less_than|multiple_of|one_of|unsupported_|feature_)/,
  ],
];

/** The words of a 403 that is about money and not about the key. */
const LOCKED = /user is locked|exhausted balance|insufficient (balance|credit|fund)/i;

/**
 * The family of a failure. The statuses of a refusal at the door come first, then the type, then the status.
 *
 * @param type fal's own error type.
 * @param text what fal says, for the one refusal that only its words tell from another.
 */
export function familyOf(status: number, type: string | undefined, text: unknown): Family {
  if (status === 401 || status === 403) return isLocked(text) ? "quota" : "auth";
  if (status === 402) return "quota";
  if (status === 429) return "rate";
  const named = type === undefined ? undefined : TYPES.find(([, pattern]) => pattern.test(type))?.[0];
  return named ?? familyOfStatus(status);
}

const isLocked = (text: unknown): boolean => typeof text === "string" && LOCKED.test(text.slice(0, 1000));

function familyOfStatus(status: number): Family {
  if (status === 404 || status === 405) return "notFound";
  if (status === 408 || status === 504) return "timeout";
  if (status === 499) return "cancelled";
  if (status >= 500) return "server";
  return status >= 400 ? "validation" : "unknown";
}
