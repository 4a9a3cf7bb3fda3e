import { randomUUID } from "node:crypto";
import { type ErrorCode, FluxError } from "../errors";
import { type Asked, PERMISSIONS } from "./asked";
import { NEVER_OVERWRITE } from "./never-overwrite";
import { objectError } from "./storage-error";
import type { Store } from "./store";
import { CLEARING_TIME } from "./watched-client";

/** What is tried with a bucket, in this order. */
const STEPS = ["write", "read", "delete"] as const;

type Step = (typeof STEPS)[number];

/** What a bucket allows. */
export type TriedBucket =
  | {
      ok: true;
      steps: readonly Step[];
      /** Whether the store honours If-None-Match, so that "never overwrite" works. */
      conditional: boolean;
    }
  | {
      ok: false;
      code: ErrorCode;
      message: string;
      /** What failed. */
      step: Step;
      /** What the store's answer says that the key lacks. */
      permission?: (typeof PERMISSIONS)[Step];
      /** The key of the object that is still there, because it could not be deleted. */
      leftover?: string;
    };

/**
 * Writes, reads and deletes an object of a few bytes below the prefix.
 * @throws only the signal's reason.
 */
export async function tryBucket(store: Store, prefix: string, signal: AbortSignal): Promise<TriedBucket> {
  const key = `${prefix}${randomUUID()}`;
  const bytes = Buffer.from(key);
  const failed = (step: Step, error: unknown): TriedBucket => {
    if (signal.aborted) throw signal.reason;
    const asked: Asked = { place: store.place, action: step, key };
    const { code, message, cause } =
      error instanceof FluxError ? error : objectError(asked, "for a reason unknown to us");
    const isDenied = code === "FLUX_STORAGE" && cause.status === 403;
    return { ok: false, code, message, step, ...(isDenied && { permission: PERMISSIONS[step] }) };
  };

  try {
    await store.put({ key, body: bytes, contentType: "text/plain" }, { signal });
  } catch (error) {
    return failed("write", error);
  }
  const unread = await readBack(store, key, bytes, signal).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  try {
    // After a cancellation too: it is our object.
    await store.remove(key, signal.aborted ? AbortSignal.timeout(CLEARING_TIME) : signal);
  } catch (error) {
    const trial = unread ? failed("read", unread.error) : failed("delete", error);
    return trial.ok ? trial : { ...trial, leftover: key };
  }
  if (unread) return failed("read", unread.error);
  try {
    return { ok: true, steps: STEPS, conditional: await isConditional(store, `${key}-never-overwrite`, signal) };
  } catch (error) {
    return failed("write", error);
  }
}

async function readBack(store: Store, key: string, written: Buffer, signal: AbortSignal): Promise<void> {
  const read = await store.read(key, signal);
  if (read.equals(written)) return;
  throw objectError({ place: store.place, action: "read", key }, "the store gives back other bytes than were written");
}

async function isConditional(store: Store, key: string, signal: AbortSignal): Promise<boolean> {
  try {
    await store.put({ key, body: Buffer.from(key), contentType: "text/plain", neverOverwrite: true }, { signal });
  } catch (error) {
    if (error instanceof FluxError && error.cause.parameter === NEVER_OVERWRITE) return false;
    throw error;
  }
  await store.remove(key, signal);
  return true;
}
