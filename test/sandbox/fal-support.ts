import assert from "node:assert/strict";
import type { Sandbox } from "../../sandbox";
import type { Item } from "./support";

export const textToImage = "fal-ai/flux/srpo";
export const imageToImage = "fal-ai/flux/srpo/image-to-image";

const key = { authorization: "Key id:secret" };

export interface Told {
  status: number;
  headers: Headers;
  text: string;
  body: Item;
}

/** A small valid input; members given as undefined are left out. */
export const input = (members: Item = {}): Item => ({
  prompt: "a red lighthouse",
  image_size: { width: 128, height: 96 },
  ...members,
});

/** Sends one request, with a key unless the headers say otherwise. */
export async function ask(
  method: string,
  url: string,
  body?: Item | string,
  headers: Record<string, string> = key,
): Promise<Told> {
  const response = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: asItem(text) };
}

function asItem(text: string): Item {
  try {
    const parsed: Item = JSON.parse(text);
    return parsed;
  } catch {
    return {};
  }
}

export const submit = (
  { addresses }: Sandbox,
  body: Item | string = input(),
  model = textToImage,
  headers: Record<string, string> = key,
): Promise<Told> => ask("POST", `${addresses.fal.queueUrl}/${model}`, body, headers);

export const run = (
  { addresses }: Sandbox,
  body: Item | string = input(),
  model = textToImage,
  headers: Record<string, string> = key,
): Promise<Told> => ask("POST", `${addresses.fal.runUrl}/${model}`, body, headers);

/** A job in the queue, by the addresses that it was answered with. */
export interface Queued {
  id: string;
  status: (query?: string) => Promise<Told>;
  result: () => Promise<Told>;
  cancel: () => Promise<Told>;
  /** The address of its stream. */
  stream: string;
}

/** Submits, and insists that the job is taken on. */
export async function enqueue(sandbox: Sandbox, body: Item | string = input(), model = textToImage): Promise<Queued> {
  const { status, body: answer, text } = await submit(sandbox, body, model);
  assert.equal(status, 200, text);
  return {
    id: String(answer.request_id),
    status: (query = "") => ask("GET", `${answer.status_url}${query}`),
    result: () => ask("GET", String(answer.response_url)),
    cancel: () => ask("PUT", String(answer.cancel_url)),
    stream: `${answer.status_url}/stream?logs=1`,
  };
}

/** Submits, and waits until the job has ended. */
export async function finish(sandbox: Sandbox, body: Item | string = input(), model = textToImage): Promise<Queued> {
  const ended = new Set<string>();
  const stop = sandbox.on("finished", ({ id }) => void ended.add(id));
  const job = await enqueue(sandbox, body, model);
  if (!ended.has(job.id)) await sandbox.once("finished", ({ id }) => id === job.id);
  stop();
  return job;
}

/** The pictures of a result. */
export const imagesIn = ({ body }: Told): Item[] => (Array.isArray(body.images) ? body.images : []);

/** The entries of a refusal's detail. */
export const detailsIn = ({ body }: Told): Item[] => (Array.isArray(body.detail) ? body.detail : []);

/** Uploads bytes to the storage, and returns the address of the file. */
export async function upload(sandbox: Sandbox, bytes: Buffer, content_type = "image/png"): Promise<string> {
  const answer = await ask("POST", `${sandbox.addresses.fal.restUrl}/storage/upload/initiate?storage_type=fal-cdn-v3`, {
    content_type,
    file_name: "picture.png",
  });
  assert.equal(answer.status, 200, answer.text);
  const put = await fetch(String(answer.body.upload_url), {
    method: "PUT",
    headers: { "content-type": content_type },
    body: new Uint8Array(bytes),
  });
  assert.equal(put.status, 200);
  return String(answer.body.file_url);
}
