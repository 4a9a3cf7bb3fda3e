import { FluxError } from "../errors";
import { repeated } from "../jobs/backoff";
import type { OutputForm } from "../models/request";
import type { DispatcherSettings } from "../net/dispatcher";
import { download } from "../net/download";
import type { Answer } from "../providers/provider";
import { asItIs, type DeliveredPicture, deliver, originFor, type PictureOwner } from "./delivered-picture";
import { type ReportedError, reported } from "./job-report";

/** Caps of one finished picture: Runware's largest, 8192 x 8192 after hires fix, stays well below. */
const LARGEST_PICTURE = 200 * 1024 * 1024;
const DOWNLOAD_TIMEOUT = 120_000;

/** Repetitions of a download that may work later: reading costs nothing, and the picture is paid for. */
const DOWNLOAD_RETRIES = 4;

/** Where and how the pictures of an account are fetched. */
export interface PictureSource {
  /** The answer is an old one: an address is delivered only if its picture is still there. */
  isOld: boolean;
  /** Their hosts may have private addresses: the author named them. */
  addresses: readonly string[];
  connection: DispatcherSettings;
  signal: AbortSignal;
}

/** The pictures of an answer that all have the chosen form already; undefined when something must be done about one. */
export function deliverAtOnce(
  { pictures }: Answer,
  form: OutputForm,
  owner: PictureOwner,
): DeliveredPicture[] | undefined {
  const delivered: DeliveredPicture[] = [];
  for (const picture of pictures) {
    const one = asItIs(picture, form, owner);
    if (!one || originFor(one, form, owner)) return undefined;
    delivered.push(one);
  }
  return delivered;
}

/**
 * Brings all pictures of an answer into the chosen form. What fails is reported beside the pictures that are there, and
 * so is what came otherwise than it was asked for.
 *
 * @throws FluxError with `billed: "yes"` when not one picture can be delivered.
 */
export async function deliverAll(
  answer: Answer,
  form: OutputForm,
  owner: PictureOwner,
  { isOld, addresses, connection, signal }: PictureSource,
): Promise<{ pictures: DeliveredPicture[]; warnings: string[]; errors: ReportedError[] }> {
  const fetchPicture = (url: string) => {
    const options = {
      allowedHosts: addresses.map((address) => new URL(address).host),
      maxBytes: LARGEST_PICTURE,
      timeout: DOWNLOAD_TIMEOUT,
      signal,
      dispatcherSettings: connection,
    };
    return repeated(() => download(url, options), DOWNLOAD_RETRIES, signal);
  };
  const outcomes = await Promise.allSettled(
    answer.pictures.map(async (picture) => {
      if (isOld && form === "url") await deliver(picture, "buffer", owner, fetchPicture);
      return deliver(picture, form, owner, fetchPicture);
    }),
  );
  const delivered = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [asFluxError(outcome.reason)] : []));
  const [first] = failures;
  if (delivered.length === 0 && first) throw first;
  return {
    pictures: delivered.map(({ picture }) => picture),
    warnings: delivered.flatMap(({ warnings }) => warnings),
    errors: [...answer.errors, ...failures].map(reported),
  };
}

const asFluxError = (reason: unknown): FluxError =>
  reason instanceof FluxError ? reason : new FluxError("FLUX_PROVIDER", String(reason), { billed: "yes" });
