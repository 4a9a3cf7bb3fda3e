import { FluxError } from "../errors";
import { type Growth, jitteredPause, pause } from "../pause";
import type { FoundObject, Store } from "./store";

export interface AwaitOptions {
  signal: AbortSignal;
  /** How long the object is waited for, in ms. */
  timeout: number;
  /** When the job that writes it was submitted, in ms since 1970: an older object is another one. */
  writtenSince?: number;
}

/** Half of each pause is chance. */
const GROWTH: Growth = { first: 250, longest: 5000 };

/** Ms: stores tell the time in seconds. */
const SLACK = 2000;

/**
 * Waits for an object that somebody else writes.
 * @throws FluxError FLUX_STORAGE, with the key, when it did not come in time; what the store says when it does not look
 *   as if that would change. The signal's reason when aborted.
 */
export async function awaitObject(store: Store, key: string, options: AwaitOptions): Promise<FoundObject> {
  const { signal, timeout, writtenSince } = options;
  const endsAt = performance.now() + timeout;
  let last: { found: FoundObject } | { error: FluxError } | undefined;
  for (let attempt = 0; ; attempt += 1) {
    last = await look(store, key, signal);
    if (last && "found" in last && isOfJob(last.found, writtenSince)) return last.found;
    const left = endsAt - performance.now();
    if (left <= 0) break;
    const half = Math.min(GROWTH.longest, GROWTH.first * 2 ** attempt);
    await pause(Math.min(left, jitteredPause(GROWTH, attempt, half)), signal);
  }
  throw new FluxError(
    "FLUX_STORAGE",
    `The picture that was to be written to "${key}" in the bucket "${store.place.bucket}" was not found: ${reasonOf(last, timeout)}.`,
    { provider: "s3", retryable: true },
  );
}

async function look(store: Store, key: string, signal: AbortSignal) {
  try {
    const found = await store.find(key, signal);
    return found && { found };
  } catch (error) {
    const mayPass = error instanceof FluxError && !signal.aborted && (error.cause.retryable || isDenied(error));
    if (!mayPass) throw error;
    return { error };
  }
}

/** Without s3:ListBucket, 403 is the answer for an object that is not there yet. */
const isDenied = ({ cause }: FluxError): boolean => cause.status === 403 && cause.provider === "s3";

/** Both by one clock each: its age by the store's, the job's by ours. */
const isOfJob = ({ age }: FoundObject, writtenSince: number | undefined): boolean =>
  age === undefined || writtenSince === undefined || age <= Date.now() - writtenSince + SLACK;

function reasonOf(last: { found: FoundObject } | { error: FluxError } | undefined, timeout: number): string {
  const within = `within ${Math.round(timeout / 1000)} s`;
  if (last === undefined) return `it was not written ${within}`;
  if ("found" in last) return `it was not written ${within}; an older object of that name is there`;
  if (!isDenied(last.error))
    return `${within} the store did not say that it is there. ${last.error.message.replace(/\.$/, "")}`;
  return `${within} the store answered only that it is forbidden (403). That is also its answer for an object that is not there, unless the key has s3:ListBucket beside s3:GetObject`;
}
