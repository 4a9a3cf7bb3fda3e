import type { DeliveredPicture } from "./delivered-picture";
import type { JobReport } from "./job-report";
import { standIn } from "./stand-in";
import type { FluxMessage, NodeAPI } from "./types";

/** How results leave, as the dialog says. */
export interface OutgoingOptions {
  results: "each" | "all";
  keepFlux: boolean;
}

/**
 * The messages that carry a job's pictures, made before the first is sent: the incoming object first, then clones of
 * it. Only the first carries `req` and `res`, because an HTTP request is answered once.
 */
export function toMessages(
  RED: NodeAPI,
  message: FluxMessage,
  pictures: readonly DeliveredPicture[],
  job: JobReport,
  { results, keepFlux }: OutgoingOptions,
): FluxMessage[] {
  const others = results === "all" ? [] : pictures.slice(1).map(() => cloneForAnotherPicture(RED, message, keepFlux));
  if (!keepFlux) {
    delete message.flux;
    delete message.fluxOrigins;
  }
  if (results === "all") {
    const payload = pictures.map((picture) => picture.payload);
    return [Object.assign(message, { payload, image: pictures.map((picture) => picture.image), job })];
  }
  const messages = [message, ...others];
  for (const [index, picture] of pictures.entries()) {
    const out = messages[index];
    if (!out) continue;
    Object.assign(out, picture, { job: index === 0 ? job : structuredClone(job) });
    if (pictures.length > 1) out.parts = nestedParts(out.parts, job.id, index, pictures.length);
  }
  return messages;
}

/** Without what the picture brings itself. A message that cannot be cloned must not cost a picture that is paid for. */
function cloneForAnotherPicture(RED: NodeAPI, message: FluxMessage, keepFlux: boolean): FluxMessage {
  try {
    const { req, res, payload, image, job, flux, fluxOrigins, ...rest } = message;
    const kept = keepFlux ? { ...rest, flux, ...(fluxOrigins !== undefined && { fluxOrigins }) } : rest;
    return RED.util.cloneMessage(kept as FluxMessage);
  } catch {
    return standIn(message);
  }
}

/** As core's split node does it, so that a join after it restores what was there before. */
function nestedParts(previous: FluxMessage["parts"], id: string, index: number, count: number): FluxMessage["parts"] {
  return { id, type: "array", index, count, ...(previous && { parts: previous }) } as FluxMessage["parts"];
}
