import type { FluxError } from "../errors";
import type { Node } from "./types";

/** Tells Node-RED that a message has ended, once; never throws. */
export function finish(node: Node, done: (error?: Error) => void, failure: FluxError | undefined): void {
  try {
    done(failure);
  } catch {
    // Node-RED clones the message for Catch and Complete nodes; one that cannot be read cannot be cloned either.
    node.error(failure?.message ?? "The message cannot be read: a property of it throws.");
  }
}
