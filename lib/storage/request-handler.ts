import type { S3ClientConfig } from "@aws-sdk/client-s3";
import type { Dispatcher } from "undici";
import { NetworkFailure } from "../net/network-failure";
import { openExchange } from "../net/open-exchange";
import type { ExchangeRequest } from "../net/start-exchange";
import { encoded } from "./encoded";

/** What the S3 client sends its requests with; it names the type nowhere else. */
type RequestHandler = Extract<NonNullable<S3ClientConfig["requestHandler"]>, { httpHandlerConfigs: () => unknown }>;

type Request = Parameters<RequestHandler["handle"]>[0];

type Options = NonNullable<Parameters<RequestHandler["handle"]>[1]>;

/** No answer came from the store. The client repeats the request when `code` is one that it knows as passing. */
export class StoreUnreachable extends Error {
  override readonly name = "StoreUnreachable";
  readonly failure: NetworkFailure;
  readonly code: "ECONNRESET" | undefined;

  constructor(failure: NetworkFailure) {
    super(failure.message);
    this.failure = failure;
    this.code = failure.passing ? "ECONNRESET" : undefined;
  }
}

/**
 * Bytes of an answer. What a store says takes a few kB, and the client holds all of it: something that is no store may
 * go on for ever. Objects are read by GET, small ones only.
 */
const longestAnswer = (method: string): number => (method === "GET" ? 16 : 1) * 1024 * 1024;

/** Of no use to undici, which refuses them. None of them is signed. */
const NOT_SENT = new Set(["expect", "transfer-encoding", "connection", "keep-alive"]);

/**
 * Sends the S3 client's requests over our own connections: proxy, TLS and time limits are theirs. Streams are passed on
 * as they come, both ways. The dispatcher stays its owner's to close.
 */
export const requestHandler = (dispatcher: Dispatcher): RequestHandler => ({
  metadata: { handlerProtocol: "http/1.1" },
  async handle(request: Request, { abortSignal }: Options = {}) {
    const signal = abortSignal instanceof AbortSignal ? abortSignal : undefined;
    try {
      const { status, headers, body } = await openExchange(dispatcher, {
        ...addressOf(request),
        method: request.method,
        headers: headersOf(request),
        body: bodyOf(request.body),
        maxBytes: longestAnswer(request.method),
        ...(signal && { signal }),
      });
      return { response: { statusCode: status, headers: { ...headers }, body } };
    } catch (error) {
      // The client writes into errors: into one of its own rather than into the reason, which is somebody else's.
      if (signal?.aborted) throw Object.assign(new Error("aborted"), { name: "AbortError" });
      throw error instanceof NetworkFailure ? new StoreUnreachable(error) : error;
    }
  },
  updateHttpClientConfig() {},
  httpHandlerConfigs: () => ({}),
});

function addressOf({ protocol, hostname, port, path, query }: Request): { origin: string; path: string } {
  const search = queryOf(query);
  return {
    origin: `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`,
    path: search === "" ? path : `${path}?${search}`,
  };
}

/** As it was signed: percent-encoded, a name without a value without its equals sign. */
function queryOf(query: Request["query"] = {}): string {
  return Object.entries(query)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((single) => [name, single] as const))
    .map(([name, value]) =>
      value === null || value === undefined ? encoded(name) : `${encoded(name)}=${encoded(value)}`,
    )
    .join("&");
}

function headersOf({ headers }: Request): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_SENT.has(name.toLowerCase())));
}

function bodyOf(body: unknown): ExchangeRequest["body"] {
  if (body === undefined || body === null || body === "") return null;
  if (typeof body === "string" || body instanceof Uint8Array || isIterable(body)) return body;
  throw new TypeError("a body of a kind that is not sent");
}

const isIterable = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === "object" && body !== null && Symbol.asyncIterator in body;
