import { asFluxError } from "../unexpected";
import type { AttachedNodes } from "./attached-nodes";
import type { Claim } from "./claim";

/** Gives messages back to their nodes, in order, and knows them again when they come in. */
export class Returns {
  readonly #nodes: AttachedNodes;
  readonly #warn: (text: string) => void;
  readonly #claims = new WeakMap<object, Claim>();
  #last: Promise<void> = Promise.resolve();

  constructor(nodes: AttachedNodes, warn: (text: string) => void) {
    this.#nodes = nodes;
    this.#warn = warn;
  }

  /**
   * The claim that a message was given back for. It is told once: the same object may go on to the next node, for which
   * it is a message like any other.
   */
  take(message: object): Claim | undefined {
    const claim = this.#claims.get(message);
    this.#claims.delete(message);
    return claim;
  }

  /** Gives a claim's message to its node, which then asks for the result. */
  give(claim: Claim): void {
    const recipient = this.#nodes.get(claim.nodeId);
    if (!recipient) return;
    claim.isHandled = true;
    this.#last = this.#last.then(async () => {
      claim.message ??= await this.#broughtBack(claim);
      // Its node may have been closed in the meantime.
      if (this.#nodes.get(claim.nodeId) !== recipient) return;
      this.#claims.set(claim.message, claim);
      recipient.receive(claim.message);
    });
  }

  /** A result that is paid for leaves on an empty message rather than not at all. */
  async #broughtBack({ bringBack, kept }: Claim): Promise<object> {
    try {
      if (bringBack) return await bringBack();
    } catch (error) {
      this.#warn(`The message of job ${kept.job.id} is lost, its result is not: ${asFluxError(error).message}`);
    }
    return {};
  }
}
