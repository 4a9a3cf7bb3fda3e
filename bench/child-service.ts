import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Starts a program of the bench in a process of its own; `nextFrom` has what it says. */
export const startChild = (program: string, task: object = {}): ChildProcess =>
  fork(program, [JSON.stringify(task)], { execArgv: ["--expose-gc", "--import", "tsx"] });

/** What a program says next. */
export async function nextFrom<Said>(child: ChildProcess): Promise<Said> {
  const ending = new AbortController();
  const { signal } = ending;
  try {
    return await Promise.race([
      once(child, "message", { signal }).then(([said]) => said),
      once(child, "exit", { signal }).then(([code]) => {
        throw new Error(`a program of the bench ended with ${code}`);
      }),
    ]);
  } finally {
    ending.abort();
  }
}

/** Has a server of such a program listen, and says where; the program ends with whoever started it. */
export async function announce(server: Server): Promise<void> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  process.once("disconnect", () => process.exit());
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const piece of request.setEncoding("utf8")) body += piece;
  return body;
}

/**
 * Serves JSON from such a program.
 * @param answerTo makes the answer to a request, as JSON, of its body and its path.
 * @param headersFor what is said beside its length and type; by the path.
 */
export async function serveJson(
  answerTo: (body: string, path: string) => string,
  headersFor: (path: string) => Record<string, string> = () => ({}),
): Promise<void> {
  const server = createServer(async (request, response) => {
    const path = request.url ?? "";
    const text = answerTo(await bodyOf(request), path);
    const length = Buffer.byteLength(text);
    response.writeHead(200, { "content-type": "application/json", "content-length": length, ...headersFor(path) });
    response.end(text);
  });
  server.keepAliveTimeout = 60_000;
  await announce(server);
}
