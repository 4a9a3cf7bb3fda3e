import { Readable } from "node:stream";
import type { NewObject } from "./store";

/** What an upload reads from. */
interface Source {
  body: Buffer | Readable;
  /** Lets go of it; what it is waiting for is not waited for. */
  close(): Promise<void>;
}

/**
 * Opens a body for an upload.
 * @param stop ends it with its reason, even while a piece is awaited.
 * @param broken told why the source ended with an error.
 */
export function openSource(body: NewObject["body"], stop: AbortSignal, broken: (error: unknown) => void): Source {
  if (Buffer.isBuffer(body)) return { body, close: async () => {} };
  const pieces = body[Symbol.asyncIterator]();
  let isOver = false;
  let isWaiting = false;
  let giveUp: (reason: unknown) => void = () => {};
  // One listener for all pieces: a signal of its own for each of thousands costs more than to read them.
  stop.addEventListener("abort", () => giveUp(stop.reason), { once: true });

  const untilStopped = <T>(work: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      giveUp = reject;
      if (stop.aborted) reject(stop.reason);
      else work().then(resolve, reject);
    });
  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    isWaiting = true;
    try {
      const piece = await untilStopped(() => pieces.next());
      isWaiting = false;
      if (piece.done) isOver = true;
      return piece.done ? { done: true, value: undefined } : piece;
    } catch (error) {
      if (!stop.aborted) {
        isOver = true;
        broken(error);
      }
      throw error;
    }
  };
  const close = async () => {
    if (isOver) return;
    isOver = true;
    // A generator that waits for something answers this only when it has it.
    const closed = letGo(body, pieces);
    if (!isWaiting) await closed;
  };
  const closing = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    await close();
    return { done: true, value: undefined };
  };
  const iterable = { [Symbol.asyncIterator]: () => ({ next, return: closing, throw: closing }) };
  return { body: Readable.from(iterable, { objectMode: false }), close };
}

/** Lets go of a body that nobody has begun to read. */
export async function closeUnread(body: NewObject["body"]): Promise<void> {
  if (!Buffer.isBuffer(body)) await letGo(body, body[Symbol.asyncIterator]());
}

async function letGo(body: AsyncIterable<Uint8Array>, pieces: AsyncIterator<Uint8Array>): Promise<void> {
  // The iterator of a stream does not end it unless it was begun.
  if (body instanceof Readable) body.destroy();
  await Promise.resolve(pieces.return?.()).catch(() => {});
}
