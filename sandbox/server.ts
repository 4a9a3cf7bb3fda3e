import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isLoopback } from "../lib/net/loopback";
import { answerAdmin } from "./admin";
import type { Context } from "./context";
import { stringifyJson } from "./digits";
import { answerFal } from "./fal/endpoint";
import { answerStorage } from "./fal/storage";
import { type Incoming, notFound, type Part, type Reply } from "./http";
import { answerRunware } from "./runware/endpoint";
import { answerS3, s3Prefix } from "./s3/endpoint";

/** The largest body that is read, in bytes. */
const longestBody = 256 * 1024 * 1024;

/** Listens, and resolves with the server and the address under which it is reached. */
export async function listen(
  host: string,
  port: number,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
      const message = "The sandbox failed.";
      response.end(stringifyJson({ errors: [{ code: "internalServerError", message }], detail: message }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  // A listening TCP server always has an AddressInfo.
  const { port: actual } = server.address() as AddressInfo;
  const name = isWildcard(host) ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return { server, url: `http://${name}:${actual}` };
}

/** Lets the process end although the server runs. */
export function letGo(server: Server): void {
  server.unref();
  server.on("connection", (socket) => socket.unref());
}

/** Stops listening and closes every connection, idle or not. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** The parts of the sandbox by the beginning of the path, the first that fits. */
const parts: readonly [string, Part][] = [
  ["/v1", answerRunware],
  ["/fal/queue/", answerFal("queue")],
  ["/fal/run/", answerFal("run")],
  ["/fal/rest/", answerFal("rest")],
  ["/fal/storage/", answerStorage],
  ["/images/", answerImage],
  [s3Prefix, answerS3],
];

/** Finds the part of the sandbox that a request is for. */
export async function route(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  const [path = "/", query = ""] = (request.url ?? "/").split("?");
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  if (path.startsWith("/admin/")) {
    return send(response, await answerAdmin(path.slice("/admin/".length), request, context, readBody, gone.signal));
  }
  // Runware's address is also known without the version: its clients post to "/".
  const [prefix, part] = parts.find(([beginning]) => path.startsWith(beginning)) ?? [];
  const isBare = path === "/" && request.method === "POST";
  if (part === undefined && !isBare) return send(response, notFound);
  const incoming: Incoming = {
    method: request.method ?? "GET",
    path: prefix === undefined ? "" : path.slice(prefix.replace(/\/$/, "").length),
    query: new URLSearchParams(query),
    headers: request.headers,
    url: urlFor(request, context),
    body: () => readBody(request),
    message: request,
    gone: gone.signal,
  };
  return send(response, await (part ?? answerRunware)(incoming, context));
}

/** `/images/<uuid>.<extension>`: pictures of jobs and uploads, for everybody. */
async function answerImage({ method, path }: Incoming, { ledger, images, jobs, events }: Context): Promise<Reply> {
  const id = /^\/([0-9a-f-]{36})(?:\.\w+)?$/i.exec(path)?.[1];
  if (id === undefined || (method !== "GET" && method !== "HEAD")) return notFound;
  ledger.countImage();
  const file = await images.file(id, jobs);
  events.emit("fetched", { id, status: file === undefined ? 404 : 200 });
  return file === undefined ? notFound : { status: 200, content: file.bytes, contentType: file.contentType };
}

/** The address that the caller used, where the sandbox listens on all interfaces: pictures are to be found there. */
function urlFor(request: IncomingMessage, { url }: Context): string {
  const host = request.headers.host;
  const isElsewhere = request.socket.localAddress !== undefined && !isLoopback(request.socket.localAddress);
  return isElsewhere && host !== undefined && /^[\w.:[\]-]+$/.test(host) ? `http://${host}` : url;
}

const isWildcard = (host: string): boolean => host === "0.0.0.0" || host === "::";

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
    length += bytes.length;
    if (length > longestBody) return undefined;
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

/** Resolves when more can be written, or when nobody reads any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off("drain", go).off("close", go);
      resolve();
    };
    response.on("drain", go).on("close", go);
  });
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const { status, contentType, headers } = reply;
  if ("pieces" in reply) {
    response.writeHead(status, { "content-type": contentType, ...headers });
    for await (const piece of reply.pieces) {
      if (response.closed) break;
      if (!response.write(piece)) await drained(response);
    }
    if (reply.ending === "destroy") return void response.socket?.destroySoon();
    return void response.end();
  }
  if (reply.ending === "destroy") return void response.socket?.destroy();
  const whole = Buffer.from(reply.content);
  if (status === 204 || status === 304) return void response.writeHead(status, headers).end();
  const bytes = reply.ending === "cut" ? whole.subarray(0, whole.length >> 1) : whole;
  response.writeHead(status, { "content-type": contentType, "content-length": bytes.length, ...headers });
  response.end(bytes);
}
