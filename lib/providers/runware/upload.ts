import { randomUUID } from "node:crypto";
import { FluxError } from "../../errors";
import type { Attachment } from "../../models/request";
import type { Item } from "../json";
import { familyOf } from "./error-family";
import { type FreeCall, runFreeTask } from "./free-task";
import { serialiseTask } from "./wire";

/** The service does not say how long it keeps an upload; one that is gone is not found, or its parameter is not valid. */
export function mayBeForPictures({ cause: { providerCode, parameter, status = 200 } }: FluxError): boolean {
  return familyOf(providerCode, status) === "notFound" || /image|mask|inputs/i.test(parameter ?? "");
}

/** Uploads one picture; gives its UUID. */
export const uploadPicture = (how: FreeCall, attachment: Attachment, signal: AbortSignal): Promise<string> => {
  const image = `data:${attachment.contentType};base64,${attachment.bytes.toString("base64")}`;
  const upload = { task: serialiseTask("imageUpload", randomUUID(), { image }), read: idIn, otherwise: withoutId };
  return runFreeTask(how, upload, signal);
};

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
