import type { Dispatcher } from "undici";
import { NetworkFailure, networkFailure } from "./network-failure";

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

/** Whatever the other side answered; redirects are answers too. Header names are in lower case. */
export interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
}

/** The same, before its text is read. */
export interface RawAnswer extends Omit<HttpAnswer, "text"> {
  body: Buffer;
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
  const { status, headers, body } = await exchangeBytes(dispatcher, request);
  return { status, headers, text: body.toString("utf8") };
}

/** `exchange` for answers that are not text. */
export function exchangeBytes(dispatcher: Dispatcher, request: OutgoingRequest): Promise<RawAnswer> {
  const { signal, timeout, body, maxBytes = LARGEST_ANSWER } = request;
  const url = new URL(request.url);
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    let controller: Dispatcher.DispatchController | undefined;
    let ended = false;
    let status = 0;
    let headers: Record<string, string> = {};
    const chunks: Buffer[] = [];
    let size = 0;

    const answered = () => (status < 200 ? {} : { head: { status, headers } });
    const end = () => {
      ended = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", aborted);
    };
    const fail = (error: unknown) => {
      if (ended) return;
      end();
      reject(error);
      controller?.abort(new Error("the exchange has ended"));
    };
    const aborted = () => fail(signal.reason);
    const tooLarge = () =>
      fail(
        new NetworkFailure("too-large", `the answer of ${url.host} is larger than ${inMegabytes(maxBytes)}`, {
          arrived: "unknown",
          passing: false,
          ...answered(),
        }),
      );
    const timer = setTimeout(() => {
      const seconds = Math.round(timeout / 1000);
      fail(
        new NetworkFailure("timeout", `${url.host} did not answer within ${seconds} s`, {
          arrived: controller ? "unknown" : "no",
          ...answered(),
        }),
      );
    }, timeout);
    signal.addEventListener("abort", aborted, { once: true });

    const handler: Dispatcher.DispatchHandler = {
      // undici calls this when a connection is there and before it writes: the proof that nothing was sent is that
      // this was never called. Ended in the meantime, the request is dropped here, unsent.
      onRequestStart(given) {
        if (ended) given.abort(new Error("the exchange has ended"));
        else controller = given;
      },
      onResponseStart(_given, givenStatus, givenHeaders) {
        // 1xx answers come first and do not count.
        status = givenStatus;
        headers = flat(givenHeaders);
        if (Number(headers["content-length"]) > maxBytes) tooLarge();
      },
      onResponseData(_given, chunk) {
        size += chunk.length;
        if (size > maxBytes) tooLarge();
        else chunks.push(chunk);
      },
      onResponseEnd() {
        if (ended) return;
        end();
        resolve({ status, headers, body: Buffer.concat(chunks) });
      },
      onResponseError(_given, error) {
        fail(networkFailure(error, { host: url.host, sent: controller !== undefined, ...answered() }));
      },
    };
    try {
      dispatcher.dispatch(
        {
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: request.method ?? (body === undefined ? "GET" : "POST"),
          headers: { ...request.headers },
          body: body ?? null,
        },
        handler,
      );
    } catch (error) {
      fail(networkFailure(error, { host: url.host, sent: false }));
    }
  });
}

const inMegabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const single: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) single.push([name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]);
  }
  return Object.fromEntries(single);
}
