import { NetworkFailure } from "../../net/network-failure";
import type { Signal } from "../../signal";
import { serialise } from "../json";
import type { Receipt, Submission, Task } from "../provider";
import type { FalAnswer } from "./answer";
import { readRequestId } from "./answer";
import { type FalContext, quoteFor } from "./context";
import { lostAnswer, requestError } from "./errors";
import { addressesIn } from "./job-address";
import { readPictures } from "./pictures";

/**
 * Sends the paid request, once: into the queue, or to be waited for.
 *
 * fal does not know our ids, so that a request which may have arrived must not be sent again: its failure has
 * `billed: "unknown"` and is not retryable.
 */
export async function submit(context: FalContext, task: Task, signal: Signal): Promise<Submission> {
  const { call, addresses, timeouts } = context;
  const isSync = task.delivery === "sync";
  let answer: FalAnswer;
  try {
    answer = await call({
      url: `${isSync ? addresses.runUrl : addresses.queueUrl}/${task.model}`,
      timeout: isSync ? timeouts.sync : timeouts.submit,
      json: serialise(task.request),
      signal,
    });
  } catch (error) {
    throw error instanceof NetworkFailure ? lostAnswer(error, "submit") : error;
  }
  return isSync ? ran(answer, context, task) : enqueued(answer, context, task);
}

function enqueued(answer: FalAnswer, context: FalContext, task: Task): Submission {
  const receipt = isSuccess(answer) ? receiptIn(answer) : undefined;
  if (receipt) return { state: "accepted", receipt };
  throw requestError(answer, { purpose: "submit", address: "the queue URL", quote: quoteFor(context, task) });
}

function ran(answer: FalAnswer, context: FalContext, task: Task): Submission {
  if (isSuccess(answer) && answer.body) return { state: "settled", answer: readPictures(answer.body, task, answer) };
  throw requestError(answer, { purpose: "run", address: "the direct URL", quote: quoteFor(context, task) });
}

const isSuccess = ({ status }: FalAnswer): boolean => status >= 200 && status < 300;

/** The header names the job even where the body was lost on the way. */
function receiptIn({ body, requestId: inHeader, billableUnits }: FalAnswer): Receipt | undefined {
  const inBody = readRequestId(body?.request_id);
  const requestId = inBody ?? inHeader;
  if (requestId === undefined) return undefined;
  return {
    requestId,
    ...(body && inBody !== undefined && { addresses: addressesIn(body) }),
    ...(billableUnits !== undefined && { billableUnits }),
  };
}
