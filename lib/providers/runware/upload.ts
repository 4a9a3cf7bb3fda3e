import { randomUUID } from "node:crypto";
import { FluxError } from "../../errors";
import type { Attachment } from "../../models/request";
import type { Signal } from "../../signal";
import type { Item } from "../json";
import { familyOf } from "./error-family";
import { type FreeCall, runFreeTask } from "./free-task";
import { serialiseTask } from "./wire";

/** The service does not say how long it keeps an upload; one that is gone is not found, or its parameter is not valid. */
export function mayBeForPictures({ cause: { providerCode, parameter, status = 200 } }: FluxError): boolean {
  return familyOf(providerCode, status) === "notFound" || /image|mask|inputs/i.test(parameter ?? "");
}

/** Uploads one picture; gives its UUID. */
export const uploadPicture = (how: FreeCall, attachment: Attachment, signal: Signal): Promise<string> => {
  const upload = { task: uploadBody(attachment), read: idIn, otherwise: withoutId };
  return runFreeTask(how, upload, signal);
};

/**
 * The body that uploads a picture. JSON escapes nothing in base64, so that it is written without being looked at: by
 * `JSON.stringify` and as UTF-8, tens of megabytes would block the event loop for long.
 */
export function uploadBody({ contentType, bytes }: Pick<Attachment, "contentType" | "bytes">): Buffer {
  const beginning = `data:${contentType};base64,`;
  const task = `[${serialiseTask("imageUpload", randomUUID(), { image: beginning })}]`;
  const place = task.indexOf(beginning) + beginning.length;
  const base64 = bytes.toString("base64");
  const body = Buffer.allocUnsafe(task.length + base64.length);
  body.write(task.slice(0, place), 0, "latin1");
  body.write(base64, place, "latin1");
  body.write(task.slice(place), place + base64.length, "latin1");
  return body;
}

/** Both generations of answers. */
function idIn({ imageUUID, mediaUUID }: Item): string | undefined {
  const uuid = imageUUID ?? mediaUUID;
  return typeof uuid === "string" && uuid !== "" ? uuid : undefined;
}

const withoutId = (): FluxError =>
  new FluxError("FLUX_PROVIDER", "Runware took an input picture but gave no id for it. Nothing was paid.", {
    provider: "runware",
    retryable: true,
  });
