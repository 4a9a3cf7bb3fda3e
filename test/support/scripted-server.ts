import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { ServerOptions } from "node:https";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";

/** A task as it came over the wire. */
export interface SentTask {
  taskType: string;
  taskUUID: string;
  [parameter: string]: unknown;
}

/** A request as the server got it. */
interface Received {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  text: string;
  /** The body, where it is a list of tasks. */
  tasks: SentTask[];
  /** Which socket it came over; equal numbers, same socket. */
  socket: number;
}

/** What the server does with a request: answer, or misbehave. */
export type Scripted =
  | { status?: number; headers?: Record<string, string>; json: unknown }
  | { status?: number; headers?: Record<string, string>; text: string | Buffer }
  | { misbehave: "reset" | "hang" }
  /** Sends a little of its body every now and then, and never ends. */
  | { misbehave: "drip"; status?: number; headers?: Record<string, string> }
  /** These bytes, whether they are HTTP or not, and the end. */
  | { raw: string }
  /** Announces more than it sends, then breaks the connection. */
  | { misbehave: "cut"; status?: number; headers?: Record<string, string>; text: string };

/** Answers request number `count` (from 0). */
export type Script = (received: Received, count: number) => Scripted | Promise<Scripted>;

export interface ScriptedServer {
  url: string;
  port: number;
  /** Everything received so far, in order of arrival. */
  requests: Received[];
  /** Resolves once `count` requests have arrived. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts an HTTP server (HTTPS with `tls`) on loopback that answers as the script says. */
export async function startScriptedServer(script: Script, tls?: ServerOptions): Promise<ScriptedServer> {
  const requests: Received[] = [];
  const sockets = new Map<Socket, number>();
  let arrivals: (() => void)[] = [];
  const listener: RequestListener = async (request, response) => {
    const text = await bodyOf(request);
    if (!sockets.has(request.socket)) sockets.set(request.socket, sockets.size);
    const received: Received = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      text,
      tasks: tasksIn(text),
      socket: sockets.get(request.socket) ?? 0,
    };
    requests.push(received);
    const told = arrivals;
    arrivals = [];
    for (const tell of told) tell();
    perform(await script(received, requests.length - 1), response);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    port,
    requests,
    received: async (count) => {
      while (requests.length < count) await new Promise<void>((resolve) => arrivals.push(resolve));
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function tasksIn(text: string): SentTask[] {
  try {
    const body: unknown = JSON.parse(text);
    return Array.isArray(body) ? body : [];
  } catch {
    return [];
  }
}

function perform(scripted: Scripted, response: ServerResponse): void {
  if ("raw" in scripted) {
    response.socket?.end(scripted.raw);
    return;
  }
  if ("misbehave" in scripted) {
    if (scripted.misbehave === "reset") response.socket?.destroy();
    if (scripted.misbehave === "drip") {
      response.writeHead(scripted.status ?? 200, { "content-type": "application/json", ...scripted.headers });
      const timer = setInterval(() => response.write(" ".repeat(100)), 20);
      response.on("close", () => clearInterval(timer));
    }
    if (scripted.misbehave === "cut") {
      const announced = String(scripted.text.length + 1000);
      response.writeHead(scripted.status ?? 200, { ...scripted.headers, "content-length": announced });
      response.write(scripted.text, () => response.socket?.destroy());
    }
    return;
  }
  const isJson = "json" in scripted;
  const body = isJson ? JSON.stringify(scripted.json) : scripted.text;
  response.writeHead(scripted.status ?? 200, {
    "content-type": isJson ? "application/json" : "text/html",
    ...scripted.headers,
  });
  response.end(body);
}
