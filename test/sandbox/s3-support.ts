import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { Sandbox } from "../../sandbox";
import {
  algorithm,
  canonicalRequest,
  chunkSignature,
  requestSignature,
  type Seal,
  scopeText,
  sha256,
  signingKey,
  trailerSignature,
} from "../../sandbox/s3/signature";
import { closeSandboxes, openSandbox } from "./support";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const clients: S3Client[] = [];
const folders: string[] = [];

/** A sandbox whose store makes no buckets by itself, shows nothing to strangers, and has one bucket: `pictures`. */
export async function openStore(): Promise<Sandbox & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "flux-s3-"));
  folders.push(folder);
  const sandbox = await openSandbox({ s3Directory: folder });
  const answer = await send(sandbox, { method: "PUT", path: "/s3/pictures" });
  assert.equal(answer.status, 200, answer.text);
  sandbox.configure({ s3AutoCreate: false, s3PublicRead: false });
  return Object.assign(sandbox, { folder });
}

export async function closeStores(): Promise<void> {
  for (const client of clients.splice(0)) client.destroy();
  await closeSandboxes();
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

/** AWS's own client; it does not repeat what fails. */
export function clientOf({ s3 }: Sandbox, config: S3ClientConfig = {}): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3;
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    maxAttempts: 1,
    ...config,
  });
  clients.push(client);
  return client;
}

export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
  text: string;
  /** What S3 calls the error; undefined: there is none. */
  code: string | undefined;
}

interface Signing {
  accessKeyId?: string;
  secretAccessKey?: string;
  region?: string;
  /** When the request claims to be made. */
  at?: Date;
  /** The day that the signature is for; that of the request unless told. */
  day?: string;
  /** Signs everything but the host. */
  leavesHostOut?: boolean;
  /** Headers that are sent without a signature. */
  unsigned?: Record<string, string>;
  /** Changes the chunks of the content after they were signed. */
  damage?: (content: Buffer) => Buffer;
}

export interface Request extends Signing {
  method: string;
  /** Encoded, with its query. */
  path: string;
  headers?: Record<string, string>;
  body?: Buffer;
  /** Instead of the body's hash. */
  payload?: string;
  /** Of content in chunks: how long each of them is. */
  chunks?: number[];
  /** Of content in chunks: what stands behind the last one. */
  trailer?: Record<string, string>;
}

/** Sends a signed request that no client would send. */
export function send(sandbox: Sandbox, asked: Request): Promise<Answer> {
  const { headers, content } = signed(sandbox, asked);
  return sendPlain(sandbox.url + asked.path, asked.method, headers, content);
}

/** Sends a request as it stands. */
export function sendPlain(
  url: string,
  method: string,
  headers: Record<string, string> = {},
  body?: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const [, origin = "", path = ""] = /^([^/]*\/\/[^/]*)(.*)$/.exec(url) ?? [];
    // As it stands: a URL would tidy the path.
    const outgoing = request(origin, { method, path, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        const whole = Buffer.concat(pieces);
        const text = whole.toString("utf8");
        const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole, text, code });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** The headers and the content of a signed request. */
export function signed({ s3, url }: Sandbox, asked: Request): { headers: Record<string, string>; content: Buffer } {
  const { method, path, chunks, trailer = {}, at = new Date(), unsigned = {}, damage = (content) => content } = asked;
  const { body = Buffer.alloc(0), payload = sha256Of(body), region = s3.region } = asked;
  const timestamp = at.toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = { day: asked.day ?? timestamp.slice(0, 8), region, service: "s3" };
  const trailers = Object.keys(trailer).join(",");
  const headers: Record<string, string> = {
    host: new URL(url).host,
    "x-amz-date": timestamp,
    "x-amz-content-sha256": payload,
    ...(chunks === undefined ? {} : { "x-amz-decoded-content-length": String(body.length) }),
    ...(trailers === "" ? {} : { "x-amz-trailer": trailers }),
    ...asked.headers,
  };
  const signedHeaders = Object.keys(headers)
    .filter((name) => name !== "host" || !asked.leavesHostOut)
    .sort();
  const [rawPath = "", query = ""] = path.split("?");
  const key = signingKey(asked.secretAccessKey ?? s3.secretAccessKey, scope);
  const canonical = canonicalRequest({
    method,
    rawPath,
    query: [...new URLSearchParams(query)],
    headers: new Map(Object.entries(headers)),
    signedHeaders,
    payload,
  });
  const signature = requestSignature(key, timestamp, scope, canonical);
  const seal = { key, timestamp, scope, seed: signature };
  const whole =
    chunks === undefined ? body : inChunks(body, chunks, payload.includes("AWS4") ? seal : undefined, trailer);
  const content = damage(whole);
  const credential = `${asked.accessKeyId ?? s3.accessKeyId}/${scopeText(scope)}`;
  return {
    content,
    headers: {
      "content-length": String(content.length),
      ...headers,
      authorization: `${algorithm} Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`,
      ...unsigned,
    },
  };
}

const sha256Of = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Content as it travels in chunks of those sizes, signed or not. */
function inChunks(body: Buffer, sizes: number[], seal: Seal | undefined, trailer: Record<string, string>): Buffer {
  const pieces: (Buffer | string)[] = [];
  let previous = seal?.seed ?? "";
  let start = 0;
  for (const size of [...sizes, 0]) {
    const chunk = body.subarray(start, start + size);
    start += size;
    if (seal !== undefined) previous = chunkSignature(seal, previous, sha256Of(chunk));
    pieces.push(`${size.toString(16)}${seal === undefined ? "" : `;chunk-signature=${previous}`}\r\n`);
    if (size > 0) pieces.push(chunk, "\r\n");
  }
  const lines = Object.entries(trailer).map(([name, value]) => `${name}:${value}\n`);
  for (const line of lines) pieces.push(line.replace("\n", "\r\n"));
  if (seal !== undefined && lines.length > 0) {
    pieces.push(`x-amz-trailer-signature:${trailerSignature(seal, previous, sha256(lines.join("")))}\r\n`);
  }
  pieces.push("\r\n");
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
}

/** The content of an object, as anybody with the key sees it; undefined: there is none. */
export async function contentOf(sandbox: Sandbox, key: string): Promise<Buffer | undefined> {
  const answer = await send(sandbox, { method: "GET", path: `/s3/pictures/${key}` });
  return answer.status === 200 ? answer.body : undefined;
}

/** Files that are no objects: half of an upload, parts. */
export async function leftovers(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of ["temporary", "uploads"]) {
    found.push(...(await readdir(join(folder, ".sandbox", name)).catch(() => [])));
  }
  return found;
}

/** What the client's promise is refused with: S3's code and the status. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return `${$metadata?.httpStatusCode} ${name}`;
  }
  return "no refusal";
}
