import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { announce, bodyOf } from "../child-service";

/*
 * The least that can be taken for S3: it throws away what it gets, and is as fast as that. An upload of other parts than
 * those that came is refused.
 */

/** The tags of parts that came, and of what upload. */
const parts = new Map<string, string>();
let given = 0;

/** Looks like a tag, and is no other's. */
const nextTag = (): string => {
  given += 1;
  return given.toString(16).padStart(32, "0");
};

/** @returns the tag of the object. */
function completed(upload: string, text: string): string {
  const tags = [...text.matchAll(/<ETag>(?:"|&quot;)?([0-9a-f]{32})/g)].map(([, tag = ""]) => tag);
  if (tags.length === 0 || !tags.every((tag) => parts.get(tag) === upload)) throw new Error("parts that never came");
  for (const tag of tags) parts.delete(tag);
  return `${nextTag()}-${tags.length}`;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = "" } = request;
  const query = new URL(url, "http://store").searchParams;
  const upload = query.get("uploadId");
  const xml = (name: string, content: string): unknown =>
    response.writeHead(200, { "content-type": "application/xml" }).end(`<${name}>${content}</${name}>`);
  if (method === "PUT") {
    for await (const _piece of request);
    const tag = nextTag();
    if (upload !== null) parts.set(tag, upload);
    response.writeHead(200, { etag: `"${tag}"` }).end();
  } else if (method === "POST" && query.has("uploads")) {
    request.resume();
    xml("InitiateMultipartUploadResult", `<UploadId>${nextTag()}</UploadId>`);
  } else if (method === "POST" && upload !== null) {
    xml("CompleteMultipartUploadResult", `<ETag>"${completed(upload, await bodyOf(request))}"</ETag>`);
  } else throw new Error(`${method} is not known here`);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(400).end();
  });
});
server.keepAliveTimeout = 60_000;
announce(server);
