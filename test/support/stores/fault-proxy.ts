import { EventEmitter, once } from "node:events";
import {
  request as ask,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** What goes wrong on the way to a store. */
export type StoreFault =
  /** Answered by nobody but the proxy, once the request has been read. */
  | { kind: "answer"; status: number; code: string; headers?: OutgoingHttpHeaders }
  /** The connection breaks when so many bytes of the request's body have come. */
  | { kind: "reset"; after: number }
  /** The store does its work; its answer never arrives, the connection breaks instead. */
  | { kind: "lost answer" }
  /** The store does its work, and `done` is called; its answer goes on when that is settled. */
  | { kind: "late answer"; until: Promise<unknown>; done: () => void }
  /** The request is read, and that is all. */
  | { kind: "silence" }
  /** Goes on when that is settled; what it settles with does not matter. */
  | { kind: "wait"; until: Promise<unknown> };

/** A request that came by. */
export interface PassingRequest {
  method: string;
  /** With the query. */
  target: string;
  headers: IncomingHttpHeaders;
}

/** A way to a store on which things go wrong on demand. */
export interface FaultProxy {
  readonly url: string;
  /** Every request so far, those that met a fault included. */
  readonly requests: readonly PassingRequest[];
  /** Lets the next `times` requests that `matches` meet a fault; other faults wait for their turn. */
  arm(fault: StoreFault, options?: { times?: number; matches?: (request: PassingRequest) => boolean }): void;
  /** Resolves with the next request that `matches`, as soon as its headers are there. */
  next(matches: (request: PassingRequest) => boolean): Promise<PassingRequest>;
  /** Forgets requests and faults. */
  clear(): void;
  close(): Promise<void>;
}

interface Armed {
  fault: StoreFault;
  left: number;
  matches(request: PassingRequest): boolean;
}

/** Starts a proxy before the HTTP server at `target`. Headers pass as they are, Host included: it is signed. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const requests: PassingRequest[] = [];
  let armed: Armed[] = [];
  const faultFor = (passing: PassingRequest): StoreFault | undefined => {
    const due = armed.find(({ left, matches }) => left > 0 && matches(passing));
    if (due) due.left -= 1;
    return due?.fault;
  };
  const comings = new EventEmitter();
  const server = createServer((request, response) => {
    const passing = { method: request.method ?? "", target: request.url ?? "", headers: request.headers };
    requests.push(passing);
    comings.emit("request", passing);
    pass(new URL(target), request, response, faultFor(passing)).catch(() => request.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    arm: (fault, { times = 1, matches = () => true } = {}) => void armed.push({ fault, left: times, matches }),
    next: (matches) =>
      new Promise((resolve) => {
        const look = (passing: PassingRequest): void => {
          if (!matches(passing)) return;
          comings.off("request", look);
          resolve(passing);
        };
        comings.on("request", look);
      }),
    clear: () => {
      armed = [];
      requests.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function pass(
  target: URL,
  request: IncomingMessage,
  response: ServerResponse,
  fault: StoreFault | undefined,
): Promise<void> {
  if (fault?.kind === "answer") return answer(request, response, fault);
  if (fault?.kind === "wait") await fault.until.catch(() => {});
  if (fault?.kind === "silence") return void request.resume();
  const onward = ask({
    host: target.hostname,
    port: target.port,
    method: request.method,
    path: request.url,
    headers: request.headers,
    agent: false,
  });
  // Whichever side ends, the other one learns it.
  response.on("close", () => onward.destroy());
  onward.on("error", () => request.socket.destroy());
  if (fault?.kind === "reset") breakAfter(request, fault.after);
  request.pipe(onward);
  const [answered] = (await once(onward, "response")) as [IncomingMessage];
  if (fault?.kind === "lost answer") {
    for await (const _ of answered) {
      // Only its end counts: the store has done what it was asked for.
    }
    request.socket.resetAndDestroy();
    return;
  }
  answered.on("error", () => request.socket.destroy());
  if (fault?.kind === "late answer") {
    fault.done();
    await fault.until.catch(() => {});
  }
  response.writeHead(answered.statusCode ?? 502, answered.statusMessage, answered.rawHeaders);
  answered.pipe(response);
}

function breakAfter(request: IncomingMessage, bytes: number): void {
  let seen = 0;
  request.on("data", (piece: Buffer) => {
    seen += piece.length;
    if (seen >= bytes) request.socket.resetAndDestroy();
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, code, headers }: StoreFault & { kind: "answer" },
): Promise<void> {
  for await (const _ of request) {
    // A store reads what it refuses, too.
  }
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  response.writeHead(status, { "content-type": "application/xml", "content-length": body.length, ...headers });
  response.end(request.method === "HEAD" ? undefined : body);
}
