import { FluxError } from "../../errors";
import { within } from "../../jobs/within";
import type { Store, StoredObject } from "../../storage/store";
import type { FluxMessage } from "../types";
import { identityOf } from "./object-settings";
import type { PictureFacts } from "./picture-facts";
import type { UploadSettings } from "./settings";
import { sidecarKey, sidecarOf } from "./sidecar";
import { isSamePicture } from "./store-picture";

/**
 * Stores the sidecar of a picture that is there, within the same time again. A picture that overwrites nothing has a
 * sidecar that overwrites nothing.
 *
 * @returns its key.
 * @throws FluxError that says that the picture itself is stored.
 */
export async function storeSidecar(
  store: Store,
  message: FluxMessage,
  facts: PictureFacts,
  stored: StoredObject,
  { mode, neverOverwrite, timeout }: UploadSettings,
  signal: AbortSignal,
): Promise<string> {
  const sidecar = {
    key: sidecarKey(stored.key),
    body: sidecarOf(message, facts, stored, store.place.bucket),
    contentType: "application/json",
    // In mode "confirm" the dialog does not show it.
    ...(neverOverwrite && mode === "upload" && { neverOverwrite, metadata: identityOf(facts) }),
  };
  const isOurs = (found: Parameters<typeof isSamePicture>[0]) => isSamePicture(found, facts, undefined);
  try {
    const overdue = () => timedOut(timeout);
    await within(timeout * 1000, signal, overdue, (limited) => store.put(sidecar, { signal: limited, isOurs }));
  } catch (error) {
    throw withoutSidecar(error, stored.key);
  }
  return sidecar.key;
}

const timedOut = (seconds: number): FluxError =>
  new FluxError("FLUX_TIMEOUT", `it could not be stored within ${seconds} s.`, { provider: "s3", retryable: true });

function withoutSidecar(error: unknown, key: string): unknown {
  if (!(error instanceof FluxError) || error.code === "FLUX_CANCELLED") return error;
  return new FluxError(
    error.code,
    `The picture is stored as ${key}, but not its sidecar: ${error.message}`,
    error.cause,
  );
}
