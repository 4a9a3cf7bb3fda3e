import { NetworkFailure } from "../../net/network-failure";
import type { Signal } from "../../signal";
import type { Cancellation } from "../provider";
import type { FalAnswer } from "./answer";
import { lostAnswer, requestError } from "./errors";
import type { Inquiry } from "./inquiry";
import { jobAddress } from "./job-address";

/**
 * Asks fal to drop a job. A job that runs may still be finished and billed.
 *
 * @throws FluxError when fal could not be asked or does not say; asking again is harmless.
 */
export async function cancel({ context, task, about }: Inquiry, signal: Signal): Promise<Cancellation> {
  const { call, addresses, timeouts } = context;
  const url = jobAddress("cancel", task, addresses.queueUrl);
  let answer: FalAnswer;
  try {
    answer = await call({ url, method: "PUT", signal, timeout: timeouts.read });
  } catch (error) {
    throw error instanceof NetworkFailure ? lostAnswer(error, "result", about.requestId) : error;
  }
  const { status, body } = answer;
  if (status >= 200 && status < 300) return "requested";
  if (body && status === 400 && [body.status, body.detail].some(saysEnded)) return "ended";
  if (body && status === 404) return "unknown";
  throw requestError(answer, about);
}

const saysEnded = (value: unknown): boolean => typeof value === "string" && /already.?completed/i.test(value);
