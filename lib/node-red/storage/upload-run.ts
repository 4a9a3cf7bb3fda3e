import { setMaxListeners } from "node:events";
import { FluxError } from "../../errors";

/** One message on its way through an upload node. */
export interface UploadRun {
  /** Aborts when the node is closed, or when a message cancels this one. */
  readonly signal: AbortSignal;
  /** Ends the work on the message. */
  cancel(): void;
  /** The job that made its pictures, where one did. */
  jobId?: string;
  /** Pictures that wait for their turn, and that are being stored. */
  waiting: number;
  storing: number;
  /** Waits for what a service is to write. */
  isConfirming?: boolean;
  /** Bytes that the store has taken of the pictures that are being stored. */
  sent: number;
  /** Bytes that these have; undefined where a source does not tell. */
  total: number | undefined;
}

export function beginUpload(): UploadRun {
  const ending = new AbortController();
  // Each of a message's pictures listens, those that wait for their turn included.
  setMaxListeners(0, ending.signal);
  return {
    signal: ending.signal,
    cancel: () =>
      ending.abort(
        new FluxError("FLUX_CANCELLED", "Storing was cancelled. What was stored before stays.", { provider: "s3" }),
      ),
    waiting: 0,
    storing: 0,
    sent: 0,
    total: 0,
  };
}
