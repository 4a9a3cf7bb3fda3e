import type { FluxError } from "../../errors";
import type { Answer } from "../../providers/provider";
import type { Signal } from "../../signal";
import type { Outcome } from "../job";
import { asFluxError } from "../unexpected";
import { askAgain } from "./ask-again";
import type { AttachedNodes } from "./attached-nodes";
import type { Claim, Waiter } from "./claim";
import { aboutJob } from "./errors";
import type { JobBook } from "./job-book";
import { dropClaim, type KeptJob } from "./kept-job";
import type { Returns } from "./returns";
import type { RunContext } from "./run-context";
import type { Runs } from "./runs";
import type { Writer } from "./writer";

/** What delivering needs of the keeper. */
interface DeliveriesOptions {
  book: JobBook;
  nodes: AttachedNodes;
  returns: Returns;
  runs: Runs;
  writer: Writer;
  /** Whether the flows run, so that messages can be given back. */
  isStarted: () => boolean;
}

/** Brings results to the messages that wait for them, and knows when the last one has its own. */
export class Deliveries {
  readonly #options: DeliveriesOptions;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /**
   * Waits for a claim's result.
   * @param signal aborts when the node is closed.
   * @throws FluxError what the job ended with; FLUX_TIMEOUT when its deadline passed, whatever comes later.
   */
  result(claim: Claim, listener: Pick<Waiter, "onPhase" | "onProgress">, signal: Signal): Promise<Answer> {
    const { joined } = claim;
    if (!joined) return this.#durableResult(claim, listener, signal);
    return joined.then(
      () => this.#durableResult(claim, listener, signal),
      (error: unknown) => {
        claim.ending = asFluxError(error);
        throw error;
      },
    );
  }

  #durableResult(
    claim: Claim,
    { onPhase, onProgress }: Pick<Waiter, "onPhase" | "onProgress">,
    signal: Signal,
  ): Promise<Answer> {
    const { kept } = claim;
    return new Promise((resolve, reject) => {
      // The node may have been made anew meanwhile: then its new instance waits.
      signal.throwIfAborted();
      if (claim.ending) throw claim.ending;
      if (claim.isRepeat && kept.outcome && "error" in kept.outcome) return resolve(this.renewed(claim));
      if (kept.outcome) return resolve(answerIn(kept.outcome));
      if (kept.overdue && !claim.isTold) throw kept.overdue;
      // Not spread: that would make a shape of its own of each in V8, and there may be thousands.
      claim.waiter = { onPhase, onProgress, resolve, reject };
      return this.#options.runs.again(kept);
    });
  }

  /** Asks the service for a result whose pictures are not kept here, or not there any more. */
  async renewed({ kept, nodeId }: Claim): Promise<Answer> {
    const outcome = await askAgain(kept, await this.#options.nodes.contextOf(kept, nodeId));
    if ("answer" in outcome) kept.outcome = outcome;
    return answerIn(outcome);
  }

  /**
   * What a claim's job is to be run with, where it was not run in this process.
   * @throws FluxError FLUX_CONFIG when its account cannot be used.
   */
  async contextOf({ kept, nodeId }: Claim): Promise<RunContext> {
    try {
      return await this.#options.nodes.contextOf(kept, nodeId);
    } catch (error) {
      throw aboutJob(asFluxError(error), kept.job);
    }
  }

  /** Tells those who wait for a job what there is to tell, and gives back the messages of those who are to be told. */
  tell(kept: KeptJob): void {
    // Its messages have ended another way meanwhile.
    if (kept.outcome && kept.claims.length === 0) this.#close(kept);
    // What is told of one may end it.
    for (const claim of [...kept.claims]) {
      const { waiter } = claim;
      if (waiter && kept.outcome) settle(waiter, kept.outcome);
      else if (waiter && kept.overdue) waiter.reject(kept.overdue);
      if (kept.outcome || kept.overdue) delete claim.waiter;
      if (!claim.isHandled) this.#giveBack(claim);
    }
  }

  /** Gives a message back to its node, if there is anything for it. */
  #giveBack(claim: Claim): void {
    const { kept } = claim;
    if (!this.#options.isStarted() || !this.#options.nodes.get(claim.nodeId)) return;
    if (!claim.isTold || (kept.outcome && "answer" in kept.outcome)) this.#options.returns.give(claim);
    // It has had its error: only a result is worth coming back for.
    else if (kept.outcome) this.delivered(claim);
    else this.#options.runs.again(kept);
  }

  /**
   * A claim's messages were sent, or its error was raised. Told no earlier than the next turn of the event loop.
   *
   * @param error the one that was raised.
   */
  delivered(claim: Claim, error?: FluxError): void {
    const { kept } = claim;
    if (error !== undefined && error === kept.overdue && !claim.isTold) {
      claim.isTold = true;
      claim.isHandled = false;
      void this.#options.writer.note(kept.job, "told", { claim: claim.id });
      // Its result may have come in the meantime.
      this.tell(kept);
      return;
    }
    dropClaim(kept, claim);
    if (kept.claims.length > 0 || !kept.outcome) {
      void this.#options.writer.note(kept.job, "delivered", { claim: claim.id });
      // Nobody waits for it, and nothing more comes of it: its record still serves.
      if (kept.claims.length === 0 && !kept.running) this.#options.book.drop(kept);
      return;
    }
    this.#close(kept, claim);
  }

  #close(kept: KeptJob, last?: Claim): void {
    const record = this.#options.book.close(kept);
    if (kept.isVoid) return;
    if (record && !kept.isReopened) void this.#options.writer.noteClosed(kept.job, record);
    else if (last) void this.#options.writer.note(kept.job, "delivered", { claim: last.id });
  }

  /** Nothing came of asking for a job after its deadline: who was told has had its error. */
  endLate(kept: KeptJob): void {
    if (!kept.overdue) return;
    kept.outcome = { error: kept.overdue };
    this.tell(kept);
  }
}

const settle = ({ resolve, reject }: Waiter, outcome: Outcome): void =>
  "answer" in outcome ? resolve(outcome.answer) : reject(outcome.error);

function answerIn(outcome: Outcome): Answer {
  if ("error" in outcome) throw outcome.error;
  return outcome.answer;
}
