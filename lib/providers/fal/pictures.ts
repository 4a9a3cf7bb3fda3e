import { FluxError } from "../../errors";
import { type Item, isItem, readSeed } from "../json";
import type { Answer, AnsweredPicture, Task } from "../provider";
import { missingPictures, withCause } from "./errors";

/** What is known beside the model's output. */
interface Delivered {
  /** Absent where fal did not say under which id it knows the job. */
  requestId?: string | undefined;
  billableUnits?: number | undefined;
}

/**
 * Reads a model's output. Of a picture only its address is certain; everything else may be absent, null or of another
 * type. Every picture carries the request's one seed.
 */
export function readPictures(
  output: Item,
  { id, expected }: Pick<Task, "id" | "expected">,
  { requestId, billableUnits }: Delivered,
): Answer {
  const name = requestId ?? id;
  const seed = readSeed(output.seed);
  const flags: readonly unknown[] = Array.isArray(output.has_nsfw_concepts) ? output.has_nsfw_concepts : [];
  const listed: readonly unknown[] = Array.isArray(output.images) ? output.images : [];
  const pictures: AnsweredPicture[] = [];
  const errors: FluxError[] = [];
  for (const [index, image] of listed.entries()) {
    const content = contentOf(image);
    if (!content) {
      errors.push(unusablePicture(index, name));
      continue;
    }
    // Set one by one: where numbers are spread into an object, V8 takes fifty times as long.
    const picture: AnsweredPicture = { id: `${name}/${index}`, index, nsfw: flags[index] === true };
    const { url, dataURI, contentType } = content;
    if (url !== undefined) picture.url = url;
    if (dataURI !== undefined) picture.dataURI = dataURI;
    if (contentType !== undefined) picture.contentType = contentType;
    if (isItem(image)) setSize(picture, image);
    if (seed !== undefined) picture.seed = seed;
    pictures.push(picture);
  }
  const missing = (expected ?? listed.length) - listed.length;
  if (listed.length === 0) errors.push(noPictures(name, billableUnits));
  else if (missing > 0) errors.push(missingPictures(missing, name));
  const warnings = pictures.filter(({ nsfw }) => nsfw).map(({ index }) => flagged(index));
  const answer: Answer = { pictures, errors: errors.map((error) => withCause(error, { requestId })) };
  if (warnings.length > 0) answer.warnings = warnings;
  if (requestId !== undefined) answer.requestId = requestId;
  if (billableUnits !== undefined) answer.billableUnits = billableUnits;
  return answer;
}

/** The end of a job without a picture. Nothing may be sent again on the strength of it that could be paid twice. */
export function failed(error: FluxError): Answer {
  const { requestId, billed } = error.cause;
  const settled = billed === "no" ? error : withCause(error, { retryable: false });
  return { pictures: [], errors: [settled], ...(requestId !== undefined && { requestId }) };
}

/** A picture is an address, or, in sync mode, a data URI in the place of one. */
function contentOf(image: unknown): Pick<AnsweredPicture, "url" | "dataURI" | "contentType"> | undefined {
  const address: unknown = isItem(image) ? image.url : image;
  if (typeof address !== "string") return undefined;
  const stated = isItem(image) ? readContentType(image.content_type) : undefined;
  const inData = /^data:([^,;]*)[^,]{0,200};base64,./i.exec(address.slice(0, 400))?.[1];
  if (inData !== undefined) {
    const contentType = stated ?? readContentType(inData);
    return { dataURI: address, ...(contentType !== undefined && { contentType }) };
  }
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return undefined;
  return { url: address, ...(stated !== undefined && { contentType: stated }) };
}

const readContentType = (value: unknown): string | undefined =>
  typeof value === "string" && /^image\/[\w.+-]{1,40}$/i.test(value) ? value.toLowerCase() : undefined;

/** Both sides in pixels, or none. */
function setSize(picture: AnsweredPicture, { width, height }: Item): void {
  if (!isSide(width) || !isSide(height)) return;
  picture.width = width;
  picture.height = height;
}

const isSide = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 100_000;

const flagged = (index: number): string =>
  `Picture ${index + 1} was flagged by fal's safety checker, and fal sends a black picture in its place. Change the prompt or the input picture.`;

const unusablePicture = (index: number, name: string): FluxError =>
  new FluxError(
    "FLUX_PROVIDER",
    `Picture ${index + 1} of job ${name} was made, but fal sent no address for it that can be fetched. It is paid for; look it up in fal's dashboard.`,
    { provider: "fal", billed: "yes" },
  );

const noPictures = (name: string, billableUnits = 0): FluxError =>
  new FluxError(
    "FLUX_PROVIDER",
    `fal finished job ${name}, but its result holds no picture. It may have been paid for; look it up in fal's dashboard before you send it again.`,
    { provider: "fal", billed: billableUnits > 0 ? "yes" : "unknown" },
  );
