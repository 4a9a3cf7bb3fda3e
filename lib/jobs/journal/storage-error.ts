import { FluxError } from "../../errors";

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EIO: "the disk reports an error",
  ENOTDIR: "a file is where a folder should be",
  EEXIST: "a file is where a folder should be",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
};

/** What a system error means, in words, with its code. */
export function inWords(error: unknown): string {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === undefined) return message ?? String(error);
  const reason = REASONS[code];
  return reason === undefined ? code : `${reason} (${code})`;
}

/** An entry could not be made durable. */
export const notWritten = (folder: string, error: unknown): FluxError =>
  new FluxError(
    "FLUX_STORAGE",
    `The state of a job cannot be recorded in ${folder}: ${inWords(error)}. Without that nothing is sent. Make room or give write access, and send the message again; Node-RED need not be restarted.`,
    { retryable: true, billed: "no" },
  );

/** A file that belongs to an entry cannot be brought back. */
export const notRead = (path: string, reason: string): FluxError =>
  new FluxError("FLUX_STORAGE", `A picture or text of a job cannot be read back from ${path}: ${reason}.`);

/** An entry of a job that another process has taken over, while this one was suspended. */
export const takenOver = (folder: string): FluxError =>
  new FluxError(
    "FLUX_STORAGE",
    `While this process was suspended, another one took over the jobs in ${folder}, this one among them; it goes on there.`,
    { billed: "unknown" },
  );
