import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Context } from "./context";
import { stringifyJson } from "./digits";
import type { CallFaultKind, Fault, RequestFaultKind } from "./faults";

/** A request as the parts of the sandbox see it. */
export interface Incoming {
  method: string;
  /** Without the query, below the prefix under which the part is reached: `/fal-ai/flux/srpo`. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The sandbox's address as the caller knows it. */
  url: string;
  /** The whole body; undefined when it is too long. */
  body: () => Promise<Buffer | undefined>;
  /** As it came, its body unread. */
  message: IncomingMessage;
  /** Aborted when the connection is gone. */
  gone: AbortSignal;
}

/** What goes back over the wire at once. */
export interface WholeReply {
  status: number;
  content: string | Buffer;
  contentType: string;
  headers?: Record<string, string>;
  /** "cut" sends only half of the content, "destroy" closes the connection instead. */
  ending?: "whole" | "cut" | "destroy";
}

/** What goes back piece by piece. */
interface StreamReply {
  status: number;
  contentType: string;
  headers?: Record<string, string>;
  pieces: AsyncIterable<string | Buffer>;
  /** "destroy" closes the connection behind the last piece. */
  ending?: "whole" | "destroy";
}

export type Reply = WholeReply | StreamReply;

/** A part of the sandbox that answers below its own prefix. */
export type Part = (request: Incoming, context: Context) => Promise<Reply>;

export const jsonReply = (status: number, body: unknown, headers: Record<string, string> = {}): WholeReply => ({
  status,
  content: stringifyJson(body),
  contentType: "application/json",
  headers,
});

export const notFound: WholeReply = { status: 404, content: "Not found\n", contentType: "text/plain" };

/** Who sent a call, and what is to befall it. */
export interface Sender {
  /** Fingerprint of the key. */
  owner: string;
  faults: readonly Fault<CallFaultKind>[];
  /** The sandbox's address as the caller knows it. */
  url: string;
}

const gatewayPage = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

/**
 * What a fault answers before the request is looked at; undefined for faults that come later.
 * @param refuse a service's own answer with a status
 */
export function earlyReply(
  { kind, value }: Fault<RequestFaultKind>,
  refuse: (status: 401 | 403 | 429 | 500 | 503 | 504) => WholeReply,
): WholeReply | undefined {
  switch (kind) {
    case "drop":
      return { status: 500, content: "", contentType: "text/plain", ending: "destroy" };
    case "html502":
      return { status: 502, content: gatewayPage, contentType: "text/html" };
    case "429-after": {
      const reply = refuse(429);
      return { ...reply, headers: { ...reply.headers, "retry-after": value ?? "1" } };
    }
    case "lost-answer":
    case "truncated-json":
      return undefined;
    case "401":
      return refuse(401);
    case "403":
      return refuse(403);
    case "429":
      return refuse(429);
    case "500":
      return refuse(500);
    case "503":
      return refuse(503);
    case "504":
      return refuse(504);
  }
}

/** What a fault leaves of the answer to a request that was worked on. */
export function lateReply(fault: Fault<RequestFaultKind> | undefined, reply: Reply): Reply {
  if (fault?.kind !== "lost-answer" && fault?.kind !== "truncated-json") return reply;
  if ("pieces" in reply || fault.kind === "lost-answer") {
    return { status: 500, content: "", contentType: "text/plain", ending: "destroy" };
  }
  return { ...reply, ending: "cut" };
}
