import { FluxError } from "../../errors";
import type { Attachment } from "../../models/request";
import type { HttpAnswer, Send } from "../../net/http";
import { isLocalName } from "../../net/loopback";
import { NetworkFailure } from "../../net/network-failure";
import type { Signal } from "../../signal";
import { serialise } from "../json";
import { holdsKey, quoter } from "../quote";
import { readRetryAfter } from "../retry-after";
import type { FalAnswer } from "./answer";
import type { FalContext } from "./context";
import { lostAnswer, requestError } from "./errors";

/** Where an upload goes, and under which address its file is found then. */
interface Place {
  uploadUrl: string;
  fileUrl: string;
}

/** Of the storage's answer, which nobody reads. */
const LARGEST_ANSWER = 1024 * 1024;

/**
 * Uploads one picture to fal's storage; gives its address. Nothing is paid.
 *
 * @param send carries the bytes: without the key, as the storage is not one of the three services that know it.
 * @throws FluxError with `billed: "no"`; the signal's reason when aborted.
 */
export async function uploadPicture(
  context: FalContext,
  send: Send,
  { bytes, contentType }: Pick<Attachment, "bytes" | "contentType">,
  signal: Signal,
): Promise<string> {
  const { uploadUrl, fileUrl } = await initiateUpload(context, contentType, signal);
  const headers = { "content-type": contentType };
  const timeout = context.timeouts.upload;
  let answer: HttpAnswer;
  try {
    answer = await send({
      url: uploadUrl,
      method: "PUT",
      headers,
      body: bytes,
      signal,
      timeout,
      maxBytes: LARGEST_ANSWER,
    });
  } catch (error) {
    if (!(error instanceof NetworkFailure)) throw error;
    if (!isSuccess(error.head?.status)) throw lostAnswer(error, "free");
    return fileUrl;
  }
  if (isSuccess(answer.status)) return fileUrl;
  throw notStored(answer, bytes.length);
}

const isSuccess = (status = 0): boolean => status >= 200 && status < 300;

/** Asks for a place in fal's storage; also a free way to see whether fal takes the key. */
export async function initiateUpload(context: FalContext, contentType: string, signal: Signal): Promise<Place> {
  const { call, addresses, apiKey, timeouts } = context;
  const url = `${addresses.restUrl}/storage/upload/initiate?storage_type=fal-cdn-v3`;
  const json = serialise({ content_type: contentType, file_name: `picture.${extensionOf(contentType)}` });
  let answer: FalAnswer;
  try {
    answer = await call({ url, json, signal, timeout: timeouts.read });
  } catch (error) {
    throw error instanceof NetworkFailure ? lostAnswer(error, "free") : error;
  }
  const { status, body } = answer;
  if (!body || !isSuccess(status)) {
    throw requestError(answer, { purpose: "free", address: "the upload URL", quote: quoter(apiKey, []) });
  }
  const isSandbox = isLocalName(new URL(addresses.restUrl).hostname);
  const [uploadUrl, fileUrl] = [body.upload_url, body.file_url].map((address) => checked(address, apiKey, isSandbox));
  if (uploadUrl === undefined || fileUrl === undefined) throw withoutPlace();
  return { uploadUrl, fileUrl };
}

/** Pictures travel encrypted, or without leaving this machine where the service itself is on it. */
function checked(address: unknown, apiKey: string, isSandbox: boolean): string | undefined {
  if (typeof address !== "string" || holdsKey(address, apiKey) || !URL.canParse(address)) return undefined;
  const { protocol, hostname, username, password, href } = new URL(address);
  if (username !== "" || password !== "") return undefined;
  const isSafe = protocol === "https:" || (protocol === "http:" && isSandbox && isLocalName(hostname));
  return isSafe ? href : undefined;
}

/** The name means nothing to fal, which gives the file one of its own. */
const extensionOf = (contentType: string): string => /^image\/([a-z]{3,4})$/.exec(contentType)?.[1] ?? "bin";

const withoutPlace = (): FluxError =>
  new FluxError(
    "FLUX_PROVIDER",
    "fal did not say where an input picture can be uploaded, or named an address that is not safe. Nothing was paid.",
    { provider: "fal", retryable: true },
  );

function notStored({ status, headers }: HttpAnswer, size: number): FluxError {
  const isTooLarge = status === 413;
  return new FluxError(
    isTooLarge ? "FLUX_VALIDATION" : "FLUX_PROVIDER",
    isTooLarge
      ? `fal's storage refused an input picture of ${size} bytes as too large (413). Use a smaller one. Nothing was paid.`
      : `fal's storage did not take an input picture (${status}). Nothing was paid.`,
    // A signed address that has run out is refused as well; the next try gets a new one.
    { provider: "fal", status, retryable: !isTooLarge },
    readRetryAfter(headers["retry-after"]),
  );
}

/** fal fetches a picture when its job starts; one that is gone by then is named in the job's error. */
export const mayBeForPictures = ({ cause: { providerCode = "", parameter = "" } }: FluxError): boolean =>
  /^(image|file)_/.test(providerCode) || /image/.test(parameter);
