import { isDirectUpload } from "../../models/direct-upload";
import type { FluxRequest } from "../../models/request";
import type { Progress } from "../../providers/provider";
import { Stop } from "../../signal";
import { advance } from "../job";
import type { JobSteps, Overdue } from "../run-job";
import { type KeptJob, PARKED } from "./kept-job";
import type { RunContext } from "./run-context";
import type { Writer } from "./writer";

/** What the steps of a run need of the keeper. */
interface RunStepsOptions {
  writer: Writer;
  /** Whether one of the job's nodes is there: nothing is sent for a node that is not. */
  isWanted: (kept: KeptJob) => boolean;
  /** Told of whatever somebody sees who looks at a list of the jobs. */
  onChange: () => void;
}

/** What is done about a job while it runs: each state is durable before the step that it announces. */
export class RunSteps implements JobSteps {
  readonly asSent: (() => Promise<FluxRequest>) | undefined;
  readonly #kept: KeptJob;
  readonly #options: RunStepsOptions;
  readonly #asAccepted: FluxRequest;
  readonly #abort: Stop;

  constructor(kept: KeptJob, context: RunContext, options: RunStepsOptions) {
    const { job } = kept;
    this.asSent = isDirectUpload(job.request.uploadEndpoint) ? () => context.asSent(job) : undefined;
    this.#kept = kept;
    this.#options = options;
    this.#asAccepted = job.request;
    this.#abort = kept.abort;
  }

  onSending(attempt: number, mayHaveBeenSent: boolean): Promise<void> | undefined {
    const kept = this.#kept;
    const { job } = kept;
    if (!this.#options.isWanted(kept)) parkUnsent(kept, mayHaveBeenSent);
    delete job.isRefused;
    // Entered first: a node that closes from here on does not take the job back into the line.
    if (job.phase.state === "waiting") this.#move("submitting");
    markSending(kept);
    const { request } = job;
    return this.#options.writer.require(job, "submitting", {
      attempt,
      ...(request !== this.#asAccepted && { request }),
    });
  }

  async onAccepted(): Promise<void> {
    const { job } = this.#kept;
    this.#move("submitted");
    await this.#options.writer.note(job, "submitted", { receipt: job.receipt });
    endSending(this.#kept);
  }

  readonly onProgress = (progress: Progress): void => {
    this.#kept.progress = progress;
    this.#options.onChange();
    for (const { waiter } of this.#kept.claims) waiter?.onProgress(progress);
  };

  expire(reason: Overdue): void {
    // Broken off before, and still on its way out: what has begun since is not this run's.
    if (this.#abort.signal.aborted) return;
    // What comes after the deadline can be aborted on its own.
    this.#kept.abort = new Stop();
    this.#abort.abort(reason);
  }

  #move(state: "submitting" | "submitted"): void {
    advance(this.#kept.job, { state });
    this.#options.onChange();
    for (const { waiter } of this.#kept.claims) waiter?.onPhase();
  }
}

/** Nothing is sent for a node that is away. The job gives its place back, and is run again when the node is there. */
function parkUnsent({ job, abort }: KeptJob, mayHaveBeenSent: boolean): never {
  if (!mayHaveBeenSent) {
    job.isRefused = true;
    // Its time counts from when it is sent again.
    delete job.submittedAt;
  }
  abort.abort(PARKED);
  throw PARKED;
}

/** From here on it counts that the answer to a paid request is heard. */
function markSending(kept: KeptJob): void {
  if (kept.sending) return;
  let end = () => {};
  const heard = new Promise<void>((resolve) => {
    end = resolve;
  });
  kept.sending = { heard, end };
}

/** It was heard, or will not be. */
export function endSending(kept: KeptJob): void {
  kept.sending?.end();
  // Not deleted: that would make a dictionary of the job, which is slow and large.
  kept.sending = undefined;
}
