import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isLoopback } from "../lib/net/loopback";
import { answerAdmin } from "./admin";
import type { Context } from "./context";
import { stringifyJson } from "./digits";
import { answerRequest, type Reply } from "./runware/endpoint";

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
      response.end(stringifyJson({ errors: [{ code: "internalServerError", message: "The sandbox failed." }] }));
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

/** Finds the part of the sandbox that a request is for. */
export async function route(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (path === "/v1" || path === "/v1/" || (path === "/" && request.method === "POST")) {
    if (request.method !== "POST") {
      const error = { code: "methodNotAllowed", message: "Send tasks with POST, as a JSON array." };
      return send(response, 405, stringifyJson({ errors: [error] }), "application/json", { allow: "POST" });
    }
    const body = await readBody(request);
    if (body === undefined) {
      const error = { code: "maxRequestSize", message: "The body is too large." };
      return send(response, 413, stringifyJson({ errors: [error] }), "application/json", { connection: "close" });
    }
    return sendReply(
      response,
      await answerRequest(body, request.headers.authorization, urlFor(request, context), context),
    );
  }
  const imageUUID = /^\/images\/([0-9a-f-]{36})(?:\.\w+)?$/i.exec(path)?.[1];
  if (imageUUID !== undefined && (request.method === "GET" || request.method === "HEAD")) {
    context.ledger.countImage();
    const file = await context.images.file(imageUUID, context.jobs);
    context.events.emit("fetched", { imageUUID, status: file === undefined ? 404 : 200 });
    if (file !== undefined) return send(response, 200, file.bytes, file.contentType);
  }
  if (path.startsWith("/admin/")) {
    const { status, body } = await answerAdmin(path.slice("/admin/".length), request, context, readBody);
    return send(response, status, stringifyJson(body), "application/json");
  }
  return send(response, 404, "Not found\n", "text/plain");
}

/** The address that the caller used, where the sandbox listens on all interfaces: pictures are to be found there. */
function urlFor(request: IncomingMessage, { url }: Context): string {
  const host = request.headers.host;
  const isElsewhere = request.socket.localAddress !== undefined && !isLoopback(request.socket.localAddress);
  return isElsewhere && host !== undefined && /^[\w.:[\]-]+$/.test(host) ? `http://${host}` : url;
}

const isWildcard = (host: string): boolean => host === "0.0.0.0" || host === "::";

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
    length += bytes.length;
    if (length > longestBody) return undefined;
    pieces.push(bytes);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function sendReply(response: ServerResponse, { status, text, contentType, headers, ending = "whole" }: Reply): void {
  if (ending === "destroy") return void response.socket?.destroy();
  const whole = Buffer.from(text);
  send(response, status, ending === "cut" ? whole.subarray(0, whole.length >> 1) : whole, contentType, headers);
}

function send(
  response: ServerResponse,
  status: number,
  content: string | Buffer,
  contentType: string,
  headers: Record<string, string> = {},
): void {
  const bytes = Buffer.from(content);
  response.writeHead(status, { "content-type": contentType, "content-length": bytes.length, ...headers });
  response.end(bytes);
}
