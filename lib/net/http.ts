import type { Dispatcher } from "undici";
import type { Closing } from "../closing";
import type { Signal } from "../signal";
import { type AnswerHead, type ExchangeRequest, startExchange } from "./start-exchange";

/** A request as a provider's client states it. */
export interface OutgoingRequest {
  /** Parsed where it is the same for many requests. */
  url: string | URL;
  headers: Readonly<Record<string, string>>;
  /** POST with a body and GET without one, when not given. */
  method?: "GET" | "POST" | "PUT" | undefined;
  body?: string | Buffer | undefined;
  signal: Signal;
  /** Of the client whose request it is: ends the exchange as well, with its reason. */
  closing?: Closing;
  /** For the whole exchange, connection and body included, in ms. */
  timeout: number;
  /** Of the answer's body. */
  maxBytes?: number | undefined;
}

/** A whole answer. */
export interface HttpAnswer extends AnswerHead {
  text: string;
}

/** How a provider's client reaches the network: bound by its owner to the dispatcher of a living account. */
export type Send = (request: OutgoingRequest) => Promise<HttpAnswer>;

/** A batch of base64 pictures is tens of MB; strings end at 512 MB. */
const LARGEST_ANSWER = 256 * 1024 * 1024;

/**
 * One HTTP exchange.
 *
 * @throws NetworkFailure when no whole answer came; its `arrived` says whether the request certainly never left.
 *   The signal's or the closing's reason when aborted.
 */
export function exchange(dispatcher: Dispatcher, request: OutgoingRequest): Promise<HttpAnswer> {
  const { headers, body, signal, closing, timeout, maxBytes = LARGEST_ANSWER } = request;
  const url = typeof request.url === "string" ? new URL(request.url) : request.url;
  const outgoing: ExchangeRequest = {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: request.method ?? (body === undefined ? "GET" : "POST"),
    headers,
    body: body ?? null,
    signal,
    closing,
    timeout,
    maxBytes,
  };
  // Collected here: a stream for each answer would cost as much as the rest of the exchange.
  return new Promise((resolve, reject) => {
    let head: AnswerHead = { status: 0, headers: {} };
    const pieces: Buffer[] = [];
    startExchange(dispatcher, outgoing, {
      onHead: (given) => {
        head = given;
      },
      onPiece: (piece) => {
        pieces.push(piece);
        return true;
      },
      onEnd: () => resolve({ status: head.status, headers: head.headers, text: textOf(pieces) }),
      onFailure: reject,
    });
  });
}

/** Most answers come in one piece. */
function textOf(pieces: readonly Buffer[]): string {
  const [first] = pieces;
  const whole = pieces.length === 1 && first ? first : Buffer.concat(pieces);
  return whole.toString("utf8");
}
