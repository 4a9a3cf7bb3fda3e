import type { Signal } from "../../signal";
import type { Found } from "../provider";
import type { Inquiry } from "./inquiry";
import { failed } from "./pictures";
import { readResult } from "./result";
import { askStatus } from "./status";

/**
 * Asks once what became of an accepted job.
 *
 * @throws FluxError when fal could not be asked, retryable where that may pass; the signal's reason when aborted.
 */
export async function find(inquiry: Inquiry, signal: Signal): Promise<Found> {
  const standing = await askStatus(inquiry, { withLogs: false }, signal);
  if (standing.state === "not told") throw standing.error;
  if (standing.state === "not known") return { state: "unknown" };
  if (standing.state !== "completed") return { state: "accepted" };
  const reading = await readResult(inquiry, standing, signal);
  if (reading.state === "settled") return reading;
  if (reading.state === "not yet") return { state: "accepted" };
  if (!reading.isTold) throw reading.error;
  return { state: "settled", answer: failed(reading.error) };
}
