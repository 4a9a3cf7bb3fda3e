import { FluxError } from "../../errors";
import type { Task } from "../provider";
import { type FalContext, quoteFor } from "./context";
import type { ErrorContext } from "./errors";

/** Everything that asking for one accepted job takes. */
export interface Inquiry {
  context: FalContext;
  task: Task;
  about: ErrorContext & { requestId: string };
}

/** @throws FluxError when fal gave no receipt for the job: it cannot be asked for by anything else. */
export function inquire(context: FalContext, task: Task): Inquiry {
  const requestId = task.receipt?.requestId;
  if (requestId === undefined) {
    throw new FluxError(
      "FLUX_OUTCOME_UNKNOWN",
      "fal gave no id for this job, so it cannot be asked what became of it. It may have been paid for.",
      { provider: "fal", billed: "unknown" },
    );
  }
  const quote = quoteFor(context, task);
  return {
    context,
    task,
    about: { purpose: "result", requestId, address: "the queue URL", quote },
  };
}
