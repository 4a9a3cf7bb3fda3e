import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
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
  signal?: AbortSignal;
  /** For the whole exchange, connection and body included, in ms; without it only the dispatcher's times count. */
  timeout?: number;
  /** Of the answer's body. */
  maxBytes?: number;
}

/** Whatever the other side answered; redirects are answers too. Header names are in lower case. */
export interface OpenAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
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
  const { origin, path, method, signal, timeout, maxBytes = Number.POSITIVE_INFINITY } = request;
  const { host } = new URL(origin);
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    let controller: Dispatcher.DispatchController | undefined;
    let ended = false;
    let head: Omit<OpenAnswer, "body"> | undefined;
    let size = 0;

    const body = new Readable({
      read: () => controller?.resume(),
      destroy: (error, done) => {
        end();
        done(error);
      },
    });
    // Whoever reads it is told; nobody may be there to read it yet, or any more.
    body.on("error", () => {});

    const answered = () => (head ? { head } : {});
    const end = () => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
      controller?.abort(new Error("the exchange has ended"));
    };
    const fail = (error: unknown) => {
      if (ended) return;
      // Before there is an answer nobody has the body; after it nobody waits for the promise.
      reject(error);
      body.destroy(error instanceof Error ? error : new Error("aborted", { cause: error }));
    };
    const aborted = () => fail(signal?.reason);
    const tooLarge = () =>
      fail(
        new NetworkFailure("too-large", `the answer of ${host} is larger than ${inMegabytes(maxBytes)}`, {
          arrived: "unknown",
          passing: false,
          ...answered(),
        }),
      );
    const timer = timeout === undefined ? undefined : setTimeout(() => fail(tooSlow(timeout)), timeout);
    const tooSlow = (limit: number) =>
      new NetworkFailure("timeout", `${host} did not answer within ${Math.round(limit / 1000)} s`, {
        arrived: controller ? "unknown" : "no",
        ...answered(),
      });
    signal?.addEventListener("abort", aborted, { once: true });

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
        else resolve({ ...head, body });
      },
      onResponseData(given, chunk) {
        if (ended) return;
        size += chunk.length;
        if (size > maxBytes) tooLarge();
        else if (!body.push(chunk)) given.pause();
      },
      onResponseEnd() {
        if (ended) return;
        controller = undefined;
        end();
        body.push(null);
      },
      onResponseError(_given, error) {
        fail(networkFailure(error, { host, sent: controller !== undefined, ...answered() }));
      },
    };
    try {
      dispatcher.dispatch(
        {
          origin,
          path,
          method,
          headers: { ...request.headers },
          body: bodyFor(request.body),
        },
        handler,
      );
    } catch (error) {
      fail(networkFailure(error, { host, sent: false }));
    }
  });
}

/** undici takes async iterables that are no streams as well, and waits for the other side to take each piece. */
function bodyFor(body: ExchangeRequest["body"]): Dispatcher.DispatchOptions["body"] {
  if (body === null || typeof body === "string" || body instanceof Uint8Array || body instanceof Readable) return body;
  return Readable.from(body, { objectMode: false });
}

const inMegabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const single: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) single.push([name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]);
  }
  return Object.fromEntries(single);
}
