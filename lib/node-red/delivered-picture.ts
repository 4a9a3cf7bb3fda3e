import { FluxError } from "../errors";
import type { ExpectedPicture } from "../models/expected-picture";
import { pictureSize, pictureType } from "../models/picture";
import type { OutputForm } from "../models/request";
import type { AnsweredPicture } from "../providers/provider";
import { type JobOrigin, marked, notWritten } from "./marked-picture";

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

/** A picture that can leave, and what there is to say about it beside the picture itself. */
interface Delivered {
  picture: DeliveredPicture;
  warnings: string[];
}

/** The job that a picture belongs to. */
export interface PictureOwner {
  provider: string;
  /** Under which the service knows it. */
  requestId: string | undefined;
  /** What its request says about the picture. */
  expected: ExpectedPicture;
  /** What the picture's file is to say of where it comes from. */
  origin?: JobOrigin;
}

/** Fetches a finished picture's bytes. */
export type Download = (url: string) => Promise<Buffer>;

/**
 * Brings an answered picture into the form that the dialog chose. The picture is paid for by now, so a failure says
 * where it can still be had. One that came inside the answer although its address was to be delivered leaves as a data
 * URI, with a warning; so does one whose file cannot take where it comes from.
 *
 * @throws FluxError with `billed: "yes"` when the picture cannot be fetched or decoded.
 */
export async function deliver(
  answered: AnsweredPicture,
  form: OutputForm,
  owner: PictureOwner,
  download: Download,
): Promise<Delivered> {
  const delivered = await inForm(answered, form, owner, download);
  const { picture, warnings } = delivered;
  const origin = originFor(picture, form, owner);
  if (!origin) return delivered;
  const { payload, untouched } = await marked(picture.payload, picture.image, origin);
  const left = untouched === undefined ? [] : [notWritten(answered.id, untouched)];
  return { picture: { ...picture, payload }, warnings: [...warnings, ...left] };
}

/** An answered picture that has the chosen form already; undefined otherwise. */
export function asItIs(
  answered: AnsweredPicture,
  form: OutputForm,
  { expected }: PictureOwner,
): DeliveredPicture | undefined {
  const payload = form === "buffer" ? undefined : answered[form];
  return payload === undefined ? undefined : { payload, image: factsOf(answered, expected) };
}

/** What a picture's file is to say of where it comes from; undefined where nothing is to be written into it. */
export function originFor(
  { payload, image }: DeliveredPicture,
  form: OutputForm,
  { origin }: PictureOwner,
): JobOrigin | undefined {
  const isElsewhere = form === "url" && payload === image.url;
  return isElsewhere ? undefined : origin;
}

async function inForm(
  picture: AnsweredPicture,
  form: OutputForm,
  owner: PictureOwner,
  download: Download,
): Promise<Delivered> {
  const unchanged = asItIs(picture, form, owner);
  if (unchanged) return { picture: unchanged, warnings: [] };
  const image = factsOf(picture, owner.expected);
  const warnings = form === "url" ? [withoutAddress(picture)] : [];
  if (form === "url" && picture.dataURI !== undefined) {
    return { picture: { payload: picture.dataURI, image }, warnings };
  }
  const bytes = await bytesOf(picture, owner, download);
  const contentType = pictureType(bytes);
  if (contentType === undefined) throw notDeliverable(picture, owner, "what came instead of it is no picture.");
  const payload = form === "buffer" ? bytes : written(bytes, contentType, form === "base64" ? form : "dataURI");
  return { picture: { payload, image: { ...image, contentType, ...pictureSize(bytes) } }, warnings };
}

const withoutAddress = ({ id }: AnsweredPicture): string =>
  `Picture ${id} came inside the answer, though its address was asked for: it is delivered as a data URI.`;

/** A picture that came in another form than the one asked for: it is paid for, so it is converted. */
const written = (bytes: Buffer, contentType: string, form: "base64" | "dataURI"): string => {
  const base64 = bytes.toString("base64");
  return form === "base64" ? base64 : `data:${contentType};base64,${base64}`;
};

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
    `Picture ${id}${requestId === undefined ? "" : ` of job ${requestId}`} was made and is paid for, but could not be delivered: ${why}`,
    { ...error?.cause, provider, requestId, billed: "yes", retryable: false },
  );

/** What the service and the request say about the picture, without looking at its bytes. */
function factsOf(picture: AnsweredPicture, expected: ExpectedPicture): ImageFacts {
  const { id, index, url, seed, nsfw, cost, contentType = expected.contentType } = picture;
  const { width = expected.width, height = expected.height } = picture;
  const facts: ImageFacts =
    url === undefined ? { contentType, nsfw, id, index } : { url, contentType, nsfw, id, index };
  // Set one by one: where numbers are spread into an object, V8 takes fifty times as long.
  if (width !== undefined && height !== undefined) {
    facts.width = width;
    facts.height = height;
  }
  if (seed !== undefined) facts.seed = seed;
  if (cost !== undefined) facts.cost = cost;
  return facts;
}
