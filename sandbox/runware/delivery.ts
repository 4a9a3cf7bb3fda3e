import { isLocalName } from "../../lib/net/loopback";
import type { Context } from "../context";
import { stringifyJson } from "../digits";
import { pauseUntil } from "../pause";
import type { RunwareJob } from "./job";
import { pictureItem } from "./pictures";
import { sendTo } from "./send-to";

/**
 * What the service does on its own when a job is done: posts each item to `webhookURL`, and puts each picture to
 * `uploadEndpoint`, late: polls tell of the picture before it is there. The sandbox does both on this machine only. A
 * receiver that fails is not told to anyone, and not tried again.
 */
export async function deliver(job: RunwareJob, context: Context): Promise<void> {
  await notify(job, context);
  await upload(job, context);
}

async function notify(job: RunwareJob, context: Context): Promise<void> {
  const { webhookURL } = job.task;
  if (!isLocal(webhookURL)) return;
  for (const index of finishedPictures(job)) {
    const item = Buffer.from(stringifyJson(await pictureItem(job, index, context, context.url)));
    await sendTo(webhookURL, "POST", item, { "content-type": "application/json" }, context.closing);
  }
}

/** All pictures of a job go to one address, one after the other: the last one stays. */
async function upload(job: RunwareJob, context: Context): Promise<void> {
  const { uploadEndpoint } = job.task;
  if (typeof uploadEndpoint !== "string") return;
  await pauseUntil(Date.now() + context.settings.uploadDelay, context.closing);
  for (const index of finishedPictures(job)) {
    const isDone = isLocal(uploadEndpoint) && (await putPicture(uploadEndpoint, job, index, context));
    context.events.emit("delivered", { id: job.id, index, outcome: isDone ? "done" : "given up" });
  }
}

/** Puts a picture as plain bytes, without a content type: what the service sends is not known. */
async function putPicture(address: string, job: RunwareJob, index: number, context: Context): Promise<boolean> {
  const { uploadDelivery } = context.settings;
  if (uploadDelivery === "never" || context.closing.aborted) return false;
  const { bytes } = await context.images.render(job, index);
  const target = uploadDelivery === "refused" ? withoutQuery(address) : address;
  const isDone = await sendTo(target, "PUT", bytes, {}, context.closing);
  return uploadDelivery === "twice" ? sendTo(target, "PUT", bytes, {}, context.closing) : isDone;
}

const finishedPictures = ({ pictures }: RunwareJob): number[] =>
  [...pictures.keys()].filter((index) => pictures[index]?.failed === false);

/** A signed address without its signature is refused by every store. */
function withoutQuery(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}

function isLocal(address: unknown): address is string {
  if (typeof address !== "string" || !URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return (protocol === "http:" || protocol === "https:") && isLocalName(hostname);
}
