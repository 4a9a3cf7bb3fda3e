import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { queries } from "./canaries";

/** Stands between Node-RED and the sandbox, and makes of it services that say more than they should. */
export interface Relay {
  readonly url: string;
  /** Everything that arrived, with its headers: keys are to be in it. */
  arrived(): string;
  close(): Promise<void>;
}

/**
 * Starts a relay to a sandbox. Addresses of pictures and jobs in its answers carry a signed query. A request whose text has
 * `[echo:422]` is refused with that status and all that was sent, headers included, in every place where a service
 * says something. Below `/store` it is an S3 store that takes any key, and refuses objects with "refused" in their name
 * in the same way.
 */
export async function startRelay(sandboxUrl: string): Promise<Relay> {
  const arrivals: string[] = [];
  const objects = new Map<string, Buffer>();
  const server = createServer((incoming, response) => {
    void (async () => {
      const body = await bodyOf(incoming);
      const said = JSON.stringify([incoming.method, incoming.url, incoming.headers]) + body.toString("latin1");
      arrivals.push(said);
      const url = incoming.url ?? "";
      if (url.startsWith("/store/")) return keep(incoming, body, said, objects, response);
      const status = /\[echo:(\d+)\]/.exec(body.toString("utf8"))?.[1];
      if (status !== undefined) return echo(Number(status), url, body.toString("utf8"), said, response);
      await forward(sandboxUrl, incoming, body, response);
    })().catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived: () => arrivals.join("\n"),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function forward(to: string, incoming: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
  const { method = "GET", url = "/", headers } = incoming;
  const asked = request(new URL(url, to), { method, headers, agent: false });
  asked.end(body);
  // The sandbox may close the connection instead of an answer: so does the relay.
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const content = await bodyOf(answer);
  const isJson = /json/.test(answer.headers["content-type"] ?? "");
  const sent = isJson
    ? Buffer.from(signed(content.toString("utf8").replaceAll(to, `http://${headers.host}`)))
    : content;
  const { "transfer-encoding": _chunked, ...kept } = answer.headers;
  response.writeHead(answer.statusCode ?? 500, { ...kept, "content-length": sent.length });
  response.end(sent);
}

/** Pictures' and jobs' addresses, but not the ones to which something is sent. */
const signed = (json: string): string =>
  json.replace(
    /"(\w*URL|url|status_url|response_url|cancel_url)":"(http[^"?]*)"/g,
    (_, name, address) => `"${name}":"${address}?X-Amz-Signature=${queries.answeredQuery}"`,
  );

/** A refusal that repeats what it refuses, as careless services do. */
function echo(status: number, url: string, body: string, said: string, response: ServerResponse): void {
  const { answeredQuery } = queries;
  const text = `Refused: ${said} https://bucket.example/a.png?X-Amz-Signature=${answeredQuery}`;
  // Codes and names are words of the service: texts are where it repeats prompts.
  const words = [...new Set(said.match(/canary(?!prompt|negative)\w+/gi))];
  const headers = { "x-request-echo": words.join(" "), "x-fal-error-type": words[0] ?? "", "retry-after": "0" };
  if (status === 502) {
    response.writeHead(status, { ...headers, "content-type": "text/html" });
    response.end(`<html><title>${text}</title><body>${text}</body></html>`);
    return;
  }
  const taskUUID = /"taskUUID":"([^"]+)"/.exec(body)?.[1];
  const [word = ""] = words;
  const error = {
    code: status === 409 ? words.join(" ") : "invalidPositivePrompt",
    message: status === 400 ? words.join(", ") : text,
    parameter: status === 409 ? words : "positivePrompt",
    taskType: text,
    documentation: text,
    allowedValues: [...words, text],
    ...(taskUUID !== undefined && { taskUUID }),
  };
  const detail = { loc: ["body", "prompt", ...words], msg: text, type: word, input: text, ctx: { expected: words } };
  const answer = url.startsWith("/fal/")
    ? { detail: status === 422 ? [detail] : text, error_type: word, error: text, message: text }
    : { errors: [error], error: { message: text }, message: text };
  response.writeHead(status, { ...headers, "content-type": "application/json" });
  response.end(JSON.stringify(answer));
}

/** What an object store does, without looking at signatures. */
function keep(
  { method, url = "" }: IncomingMessage,
  body: Buffer,
  said: string,
  objects: Map<string, Buffer>,
  response: ServerResponse,
): void {
  const { pathname } = new URL(url, "http://store");
  if (pathname.includes("refused")) {
    const words = [...new Set(said.match(/canary\w+/gi))].join(" ");
    const parts = ["Message", "AWSAccessKeyId", "StringToSign", "SignatureProvided", "Resource", "HostId"];
    const inside = parts.map((name) => `<${name}>${words}</${name}>`).join("");
    response.writeHead(403, { "content-type": "application/xml", "x-amz-request-id": "request-1" });
    response.end(`<Error><Code>SignatureDoesNotMatch</Code>${inside}</Error>`);
    return;
  }
  if (method === "PUT") objects.set(pathname, body);
  if (method === "DELETE") objects.delete(pathname);
  const kept = objects.get(pathname);
  const status = method === "DELETE" ? 204 : kept === undefined ? 404 : 200;
  const content = method === "GET" ? (kept ?? Buffer.alloc(0)) : Buffer.alloc(0);
  const length = method === "HEAD" ? (kept?.length ?? 0) : content.length;
  response.writeHead(status, { etag: '"1"', "content-length": length, "content-type": "image/jpeg" });
  response.end(content);
}
