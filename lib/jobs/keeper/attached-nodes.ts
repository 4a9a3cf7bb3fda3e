import { claimsOf, type KeptJob, PARKED } from "./kept-job";
import type { Recipient, RunContext } from "./run-context";

/** The nodes that are there, by their ids. */
export class AttachedNodes {
  readonly #recipients = new Map<string, Recipient>();

  add(nodeId: string, recipient: Recipient): void {
    this.#recipients.set(nodeId, recipient);
  }

  /** @returns whether it was that instance of the node that was there. */
  remove(nodeId: string, recipient: Recipient): boolean {
    return this.#recipients.get(nodeId) === recipient && this.#recipients.delete(nodeId);
  }

  get(nodeId: string): Recipient | undefined {
    return this.#recipients.get(nodeId);
  }

  /** Whether a node is there that waits for the job. */
  want(kept: KeptJob): boolean {
    return kept.claims.some(({ nodeId }) => this.#recipients.has(nodeId));
  }

  /**
   * What a job is to be run with now.
   * @param nodeId the node to ask; any that waits for the job when left out.
   * @throws FluxError FLUX_CONFIG when its account cannot be used; PARKED when no node is there.
   */
  async contextOf(kept: KeptJob, nodeId?: string): Promise<RunContext> {
    const ids = nodeId === undefined ? kept.claims.map((claim) => claim.nodeId) : [nodeId];
    const recipient = ids.map((id) => this.#recipients.get(id)).find((one) => one !== undefined);
    if (!recipient) throw PARKED;
    kept.context = await recipient.context(kept.job);
    return kept.context;
  }

  /** A node's instance is gone: its messages come back to the next one. What was not sent yet waits for that. */
  leave(kept: KeptJob, nodeId: string): void {
    for (const claim of claimsOf(kept, nodeId)) {
      claim.isHandled = false;
      delete claim.waiter;
    }
    if (kept.job.phase.state === "waiting" && !this.want(kept)) kept.abort.abort(PARKED);
  }
}
