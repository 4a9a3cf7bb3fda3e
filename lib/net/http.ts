import type { Dispatcher } from "undici";
import { type OpenAnswer, openExchange } from "./open-exchange";
import { wholeOf } from "./whole-of";

/** A request as a provider's client states it. */
export interface OutgoingRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** POST with a body and GET without one, when not given. */
  method?: "GET" | "POST" | "PUT";
  body?: string | Buffer;
  signal: AbortSignal;
  /** For the whole exchange, connection and body included, in ms. */
  timeout: number;
  /** Of the answer's body. */
  maxBytes?: number;
}

/** A whole answer. */
export interface HttpAnswer extends Omit<OpenAnswer, "body"> {
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
 *   The signal's reason when aborted.
 */
export async function exchange(dispatcher: Dispatcher, request: OutgoingRequest): Promise<HttpAnswer> {
  const { headers, body, signal, timeout, maxBytes = LARGEST_ANSWER } = request;
  const url = new URL(request.url);
  const answer = await openExchange(dispatcher, {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: request.method ?? (body === undefined ? "GET" : "POST"),
    headers,
    body: body ?? null,
    signal,
    timeout,
    maxBytes,
  });
  const text = (await wholeOf(answer.body)).toString("utf8");
  return { status: answer.status, headers: answer.headers, text };
}
