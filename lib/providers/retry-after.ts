/** The longest wait that is believed, in ms: Node's timers fire at once beyond 24 days. */
const LONGEST_WAIT = 60 * 60 * 1000;

/** `Retry-After` in ms, at most an hour: seconds or an HTTP date (RFC 9110, 10.2.3). */
export function readRetryAfter(value: string | undefined, now: number = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  const wait = /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST_WAIT, Math.max(0, wait));
}
