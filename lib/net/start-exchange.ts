import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Closing } from "../closing";
import type { Signal } from "../signal";
import { NetworkFailure, networkFailure } from "./network-failure";

/** A request, and what its answer may cost. */
export interface ExchangeRequest {
  /** `https://example.com:8443` */
  origin: string;
  /** With its query; sent as it stands. */
  path: string;
  method: Dispatcher.HttpMethod;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array | AsyncIterable<Uint8Array> | null;
  signal?: Signal;
  /** Ends the exchange as well, with its reason. */
  closing?: Closing | undefined;
  /** For the whole exchange, connection and body included, in ms; without it only the dispatcher's times count. */
  timeout?: number;
  /** Of the answer's body. */
  maxBytes?: number;
}

/** Status and headers of an answer; redirects are answers too. Header names are in lower case. */
export interface AnswerHead {
  status: number;
  headers: Readonly<Record<string, string>>;
}

/** Who gets an answer: its head, its pieces, and how it ended. */
export interface Receiver {
  onHead(head: AnswerHead): void;
  /** @returns false when no more is wanted until the exchange is resumed. */
  onPiece(piece: Buffer): boolean;
  onEnd(): void;
  /**
   * The last that is heard.
   * @param error a NetworkFailure, whose `arrived` says whether the request certainly never left; the reason of the
   *   signal or of the closing that ended it.
   */
  onFailure(error: unknown): void;
}

/** An exchange under way. */
export interface StartedExchange {
  /** Goes on after a piece that was answered with false. */
  resume(): void;
  /** Leaves off; nothing more is heard. */
  end(): void;
}

/** Starts one HTTP exchange. It never throws: what goes wrong reaches the receiver. */
export function startExchange(dispatcher: Dispatcher, request: ExchangeRequest, receiver: Receiver): StartedExchange {
  const { origin, path, method, signal, closing, timeout, maxBytes = Number.POSITIVE_INFINITY } = request;
  let controller: Dispatcher.DispatchController | undefined;
  let ended = false;
  let head: AnswerHead | undefined;
  let size = 0;

  const answered = () => (head ? { head } : {});
  const host = () => new URL(origin).host;
  const end = () => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    signal?.removeEventListener("abort", aborted);
    if (place) closing?.delete(place);
    controller?.abort(new Error("the exchange has ended"));
  };
  const fail = (error: unknown) => {
    if (ended) return;
    end();
    receiver.onFailure(error);
  };
  const aborted = () => fail(signal?.reason);
  const tooLarge = () =>
    fail(
      new NetworkFailure("too-large", `the answer of ${host()} is larger than ${inMegabytes(maxBytes)}`, {
        arrived: "unknown",
        passing: false,
        ...answered(),
      }),
    );
  const tooSlow = (limit: number) =>
    new NetworkFailure("timeout", `${host()} did not answer within ${Math.round(limit / 1000)} s`, {
      arrived: controller ? "unknown" : "no",
      ...answered(),
    });
  const timer = timeout === undefined ? undefined : setTimeout(() => fail(tooSlow(timeout)), timeout);
  signal?.addEventListener("abort", aborted, { once: true });
  const place = closing?.add(fail);

  const handler: Dispatcher.DispatchHandler = {
    // undici calls this when a connection is there and before it writes: the proof that nothing was sent is that
    // this was never called. Ended in the meantime, the request is dropped here, unsent.
    onRequestStart(given) {
      if (ended) given.abort(new Error("the exchange has ended"));
      else controller = given;
    },
    onResponseStart(_given, status, headers) {
      // 1xx answers come first and do not count.
      if (ended || status < 200) return;
      head = { status, headers: flat(headers) };
      if (method !== "HEAD" && Number(head.headers["content-length"]) > maxBytes) tooLarge();
      else receiver.onHead(head);
    },
    onResponseData(given, piece) {
      if (ended) return;
      size += piece.length;
      if (size > maxBytes) tooLarge();
      else if (!receiver.onPiece(piece)) given.pause();
    },
    onResponseEnd() {
      if (ended) return;
      controller = undefined;
      end();
      receiver.onEnd();
    },
    onResponseError(_given, error) {
      fail(networkFailure(error, { host: host(), sent: controller !== undefined, ...answered() }));
    },
  };
  if (signal?.aborted) {
    aborted();
  } else if (closing?.reason) {
    fail(closing.reason);
  } else {
    try {
      const { headers, body } = request;
      dispatcher.dispatch({ origin, path, method, headers, body: bodyFor(body) }, handler);
    } catch (error) {
      fail(networkFailure(error, { host: host(), sent: false }));
    }
  }
  return { resume: () => controller?.resume(), end };
}

/** undici takes async iterables that are no streams as well, and waits for the other side to take each piece. */
function bodyFor(body: ExchangeRequest["body"]): Dispatcher.DispatchOptions["body"] {
  if (body === null || typeof body === "string" || body instanceof Uint8Array || body instanceof Readable) return body;
  return Readable.from(body, { objectMode: false });
}

const inMegabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const single: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) single[name.toLowerCase()] = typeof value === "string" ? value : value.join(", ");
  }
  return single;
}
