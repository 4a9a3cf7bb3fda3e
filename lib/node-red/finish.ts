import type { FluxError } from "../errors";
import { peek } from "../models/preparing/peek";
import type { FluxMessage, Node } from "./types";

/**
 * Tells Node-RED that a message has ended, once; never throws.
 *
 * Node-RED clones the message for Catch and Complete nodes, and one that cannot be read cannot be cloned. Catch nodes then
 * get the error with the message's id alone.
 */
export function finish(
  node: Node,
  message: FluxMessage,
  done: (error?: Error) => void,
  failure: FluxError | undefined,
): void {
  try {
    done(failure);
  } catch {
    // What went well is no error: a flow that repeats what it catches would pay for it again.
    if (failure) node.error(failure, standIn(message));
    else node.error("The message cannot be read: a property of it throws.");
  }
}

function standIn(message: FluxMessage): { _msgid?: string } {
  const id = peek(message, "_msgid");
  return typeof id === "string" ? { _msgid: id } : {};
}
