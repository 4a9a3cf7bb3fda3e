import { randomUUID } from "node:crypto";
import { NetworkFailure } from "../../net/network-failure";
import type { Signal } from "../../signal";
import type { AccountCheck } from "../account-kind";
import { quoter } from "../quote";
import type { FalAnswer } from "./answer";
import type { FalContext } from "./context";
import { lostAnswer, requestError } from "./errors";
import { requestAddress } from "./job-address";
import { initiateUpload } from "./upload";

/** Any app whose queue everybody may ask. */
const APP = "fal-ai/flux";

/**
 * Shows what can be shown for free: the storage and the queue are there and take the key. Credit, and whether the key
 * may run a model, only show when a job is paid for; and so does the direct address, where everything is a paid job.
 *
 * @throws FluxError with `billed: "no"`; the signal's reason when aborted.
 */
export async function check(context: FalContext, signal: Signal): Promise<AccountCheck> {
  await initiateUpload(context, "image/png", signal);
  await askForNothing(context, signal);
  return { unproven: ["credit", "model", "direct"] };
}

/** The status of a request that never was: fal knows no such thing, unless it refuses the key before it looks. */
async function askForNothing({ call, addresses, apiKey, timeouts }: FalContext, signal: Signal): Promise<void> {
  const url = `${requestAddress(addresses.queueUrl, APP, randomUUID())}/status`;
  let answer: FalAnswer;
  try {
    answer = await call({ url, signal, timeout: timeouts.read });
  } catch (error) {
    throw error instanceof NetworkFailure ? lostAnswer(error, "free") : error;
  }
  if (answer.body && isAboutRequest(answer.status)) return;
  throw requestError(answer, { purpose: "free", address: "the queue URL", quote: quoter(apiKey, []) });
}

/** What is said of the made-up request: that there is none such, or that it is not valid. */
const isAboutRequest = (status: number): boolean =>
  (status >= 200 && status < 300) || [400, 404, 410, 422].includes(status);
