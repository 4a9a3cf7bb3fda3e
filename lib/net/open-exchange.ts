import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { type AnswerHead, type ExchangeRequest, type StartedExchange, startExchange } from "./start-exchange";

/** Whatever the other side answered. */
export interface OpenAnswer extends AnswerHead {
  /**
   * Comes as fast as it is read. It ends early with a NetworkFailure, or with the signal's reason; destroying it ends the
   * exchange.
   */
  body: Readable;
}

/**
 * One HTTP exchange, answered as soon as the headers are there.
 *
 * @throws NetworkFailure when no answer came; its `arrived` says whether the request certainly never left. The signal's
 *   reason when aborted.
 */
export function openExchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<OpenAnswer> {
  return new Promise((resolve, reject) => {
    // Not there yet when it fails at once, and then there is nothing to end.
    let exchange: StartedExchange | undefined;
    const body = new Readable({
      read: () => exchange?.resume(),
      destroy: (error, done) => {
        exchange?.end();
        done(error);
      },
    });
    // Whoever reads it is told; nobody may be there to read it yet, or any more.
    body.on("error", () => {});
    exchange = startExchange(dispatcher, request, {
      onHead: (head) => resolve({ ...head, body }),
      onPiece: (piece) => body.push(piece),
      onEnd: () => body.push(null),
      onFailure: (error) => {
        // Before there is an answer nobody has the body; after it nobody waits for the promise.
        reject(error);
        body.destroy(error instanceof Error ? error : new Error("aborted", { cause: error }));
      },
    });
  });
}
