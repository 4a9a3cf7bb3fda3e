import { randomUUID } from "node:crypto";
import type { Context } from "../context";
import { faultAmong } from "../faults";
import { earlyReply, type Incoming, jsonReply, lateReply, type Reply, type Sender } from "../http";
import { pauseUntil } from "../pause";
import { slowness } from "../plan-job";
import { refuse } from "./answers";
import { detail } from "./validation";

/** `POST /storage/upload/initiate`: names the address to put a file to, and the one under which it will be found. */
export function initiateUpload(input: unknown, { images }: Context, { url }: Sender): Reply {
  const { content_type, file_name } = (typeof input === "object" && input !== null ? input : {}) as Record<
    string,
    unknown
  >;
  const missing = Object.entries({ content_type, file_name }).filter(([, value]) => typeof value !== "string");
  if (missing.length > 0 || typeof content_type !== "string" || typeof file_name !== "string") {
    const details = missing.map(([name]) => detail([name], "missing", `An upload needs ${name}, a text.`, input));
    return jsonReply(422, { detail: details });
  }
  const id = randomUUID();
  images.reserve(id, content_type);
  const extension = /\.(\w{1,10})$/.exec(file_name)?.[1] ?? "bin";
  return jsonReply(200, {
    upload_url: `${url}/fal/storage/${id}`,
    file_url: `${url}/images/${id}.${extension}`,
  });
}

/**
 * Where files are put to: a storage service of its own, which knows no keys and refuses requests that carry one. As a
 * kind of call it is "upload-bytes".
 */
export async function answerStorage(request: Incoming, context: Context): Promise<Reply> {
  const { method, path, headers } = request;
  context.ledger.countRequest();
  if (method !== "PUT") return refuse(405);
  context.events.emit("request", { calls: ["upload-bytes"] });
  context.ledger.countCall("upload-bytes");
  const bytes = await request.body();
  const { request: fault, calls } = context.faults.rehearse([
    { service: "fal", kind: "upload-bytes", makesPictures: false },
  ]);
  const early = fault && earlyReply(fault, refuse);
  if (early !== undefined) return early;
  const slow = faultAmong(calls[0] ?? [], "slow");
  if (slow !== undefined) await pauseUntil(Date.now() + slowness(slow) * 1000, context.closing);
  return lateReply(fault, keep(path.slice(1), headers, bytes, context));
}

/** A type that may be answered later: whoever uploads must not choose headers, or pages that run scripts. */
const servable = (type: string): string =>
  /^image\/[\w.+-]{1,60}$/.test(type) && !type.includes("svg") ? type : "application/octet-stream";

function keep(id: string, headers: Incoming["headers"], bytes: Buffer | undefined, context: Context): Reply {
  if (headers.authorization !== undefined) return refuse(400, "This address takes no Authorization header.");
  const reserved = context.images.reserved(id);
  if (reserved === undefined) return refuse(403, "Nobody asked for this address.");
  if (bytes === undefined || bytes.length === 0) return refuse(400, "The file is empty or too large.");
  const contentType = servable(headers["content-type"] ?? reserved);
  context.images.keepUpload(id, { bytes, contentType });
  context.events.emit("uploaded", { id });
  return { status: 200, content: "", contentType: "text/plain" };
}
