import { FluxError } from "../../errors";
import type { Journal } from "./journal";

/** The journal was opened, but what is in it cannot be understood. */
export const unusable = (reason: FluxError): FluxError =>
  new FluxError(
    "FLUX_STORAGE",
    `The record of jobs cannot be used: ${reason.message} Nothing is sent without it. Move the folder flux-jobs out of the user directory and restart Node-RED.`,
    { billed: "no" },
  );

/** Stands for a journal that cannot be used: nothing is accepted, because nothing could be promised. */
export const refusing = (refusal: FluxError, close: () => Promise<void>): Journal => ({
  found: [],
  write: () => Promise.reject(refusal),
  read: async (value) => ({ value, dropped: [], cut: [] }),
  readBeside: async () => undefined,
  writeBeside: async () => {},
  flush: async () => {},
  close,
});
