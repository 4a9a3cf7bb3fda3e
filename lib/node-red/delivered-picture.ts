import { FluxError } from "../errors";
import { pictureSize, pictureType } from "../models/picture";
import type { FluxRequest, OutputForm } from "../models/request";
import type { AnsweredPicture } from "../providers/provider";

/** `msg.image`: what is known about the picture in `msg.payload`. */
interface ImageFacts {
  url?: string;
  contentType: string;
  width?: number;
  height?: number;
  /** A number up to 2^53-1, above that the decimal digits. */
  seed?: number | string;
  nsfw: boolean;
  /** US dollars; absent when unknown. */
  cost?: number;
  id: string;
  index: number;
}

/** A picture as it leaves the node. */
export interface DeliveredPicture {
  payload: string | Buffer;
  image: ImageFacts;
}

/** The job that a picture belongs to, for errors. */
export interface PictureOwner {
  provider: string;
  requestId: string;
  request: FluxRequest;
}

/** Fetches a finished picture's bytes. */
export type Download = (url: string) => Promise<Buffer>;

/** Content types by Runware's `outputFormat`; JPG is its default. */
const CONTENT_TYPES: Readonly<Record<string, string>> = { JPG: "image/jpeg", PNG: "image/png", WEBP: "image/webp" };

/**
 * Brings an answered picture into the form that the dialog chose. The picture is paid for by now, so a failure says
 * where it can still be had.
 *
 * @throws FluxError with `billed: "yes"` when the picture cannot be fetched or decoded.
 */
export async function deliver(
  picture: AnsweredPicture,
  form: OutputForm,
  owner: PictureOwner,
  download: Download,
): Promise<DeliveredPicture> {
  const image = factsOf(picture, owner.request);
  if (form !== "buffer") return { payload: textOf(picture, form, owner), image };
  const bytes = await bytesOf(picture, owner, download);
  const contentType = pictureType(bytes);
  if (contentType === undefined) throw notDeliverable(picture, owner, "what came instead of it is no picture.");
  return { payload: bytes, image: { ...image, contentType, ...pictureSize(bytes) } };
}

function textOf(picture: AnsweredPicture, form: Exclude<OutputForm, "buffer">, owner: PictureOwner): string {
  const text = { url: picture.url, base64: picture.base64, dataURI: picture.dataURI }[form];
  if (text !== undefined) return text;
  throw notDeliverable(picture, owner, `the service did not send it as ${form}.`);
}

async function bytesOf(picture: AnsweredPicture, owner: PictureOwner, download: Download): Promise<Buffer> {
  if (picture.base64 !== undefined) return Buffer.from(picture.base64, "base64");
  if (picture.dataURI !== undefined) {
    return Buffer.from(picture.dataURI.slice(picture.dataURI.indexOf(",") + 1), "base64");
  }
  if (picture.url === undefined) throw notDeliverable(picture, owner, "the answer holds no picture.");
  try {
    return await download(picture.url);
  } catch (error) {
    if (!(error instanceof FluxError)) throw error;
    throw notDeliverable(picture, owner, error.message, error);
  }
}

const notDeliverable = (
  { id }: AnsweredPicture,
  { provider, requestId }: PictureOwner,
  why: string,
  error?: FluxError,
): FluxError =>
  new FluxError(
    error?.code ?? "FLUX_PROVIDER",
    `Picture ${id} of job ${requestId} was made and is paid for, but could not be delivered: ${why}`,
    { ...error?.cause, provider, requestId, billed: "yes", retryable: false },
  );

/** What the service and the request say about the picture, without looking at its bytes. */
function factsOf(picture: AnsweredPicture, request: FluxRequest): ImageFacts {
  const { id, index, url, seed, nsfw, cost } = picture;
  return {
    ...(url !== undefined && { url }),
    contentType: CONTENT_TYPES[String(request.outputFormat ?? "JPG")] ?? "application/octet-stream",
    ...sizeAsked(request),
    ...(seed !== undefined && { seed }),
    nsfw,
    ...(cost !== undefined && { cost }),
    id,
    index,
  };
}

/** With hires fix the picture is larger than what was asked for, and nobody says by how much. */
function sizeAsked({ width, height, hiresFix }: FluxRequest): { width?: number; height?: number } {
  if (hiresFix || typeof width !== "number" || typeof height !== "number") return {};
  return { width, height };
}
