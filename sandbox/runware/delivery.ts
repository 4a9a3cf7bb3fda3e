import { request } from "node:http";
import { isLocalName } from "../../lib/net/loopback";
import type { Context } from "../context";
import { stringifyJson } from "../digits";
import type { RunwareJob } from "./job";
import { pictureItem } from "./pictures";

/** How long a receiver may take, in milliseconds. */
const patience = 5000;

/**
 * What the service does on its own when a job is done: puts each picture to `uploadEndpoint`, posts each item to
 * `webhookURL`. The sandbox does both on this machine only, over plain http; a receiver that fails is not told.
 */
export async function deliver(job: RunwareJob, context: Context): Promise<void> {
  const { uploadEndpoint, webhookURL } = job.task;
  for (const [index, picture] of job.pictures.entries()) {
    if (picture.failed) continue;
    if (isLocal(uploadEndpoint)) {
      const { bytes, contentType } = await context.images.render(job, index);
      await sendTo(uploadEndpoint, "PUT", bytes, contentType, context.closing);
    }
    if (isLocal(webhookURL)) {
      const item = stringifyJson(await pictureItem(job, index, context, context.url));
      await sendTo(webhookURL, "POST", Buffer.from(item), "application/json", context.closing);
    }
  }
}

function isLocal(address: unknown): address is string {
  if (typeof address !== "string" || !URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "http:" && isLocalName(hostname);
}

function sendTo(
  address: string,
  method: string,
  body: Buffer,
  contentType: string,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const headers = { "content-type": contentType, "content-length": body.length };
    const outgoing = request(address, { method, headers, signal, agent: false, timeout: patience }, (response) => {
      response.resume();
      response.on("close", resolve);
    });
    outgoing.on("timeout", () => outgoing.destroy());
    outgoing.on("error", () => resolve());
    outgoing.end(body);
  });
}
