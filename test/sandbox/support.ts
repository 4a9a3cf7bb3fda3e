import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import sharp from "sharp";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox";

export type Item = Record<string, unknown>;

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  data: Item[];
  errors: Item[];
}

/** The smallest PNG file there is, in base64. */
export const onePixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

const running: Sandbox[] = [];

/** Starts a sandbox without waiting times; `closeSandboxes` ends it. */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ ...options, settings: { latency: 0, ...options.settings } });
  running.push(sandbox);
  return sandbox;
}

export async function closeSandboxes(): Promise<void> {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
}

/** A small valid task; members given as undefined are left out. */
export function inference(members: Item = {}): Item & { taskUUID: string } {
  return {
    taskType: "imageInference",
    taskUUID: randomUUID(),
    model: "runware:107@1",
    positivePrompt: "a red lighthouse",
    width: 128,
    height: 128,
    ...members,
  };
}

/** Posts tasks (or a body as it is) with a key. */
export async function post(
  { url }: Pick<Sandbox, "url">,
  tasks: Item[] | string,
  headers: Record<string, string> = { authorization: "Bearer some-key" },
): Promise<Answered> {
  const body = typeof tasks === "string" ? tasks : JSON.stringify(tasks);
  const response = await fetch(`${url}/v1`, { method: "POST", headers, body });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, ...members(text) };
}

function members(text: string): { data: Item[]; errors: Item[] } {
  try {
    const parsed: { data?: Item[]; errors?: Item[] } = JSON.parse(text);
    return { data: parsed.data ?? [], errors: parsed.errors ?? [] };
  } catch {
    return { data: [], errors: [] };
  }
}

export const poll = (sandbox: Sandbox, ...taskUUIDs: string[]): Promise<Answered> =>
  post(
    sandbox,
    taskUUIDs.map((taskUUID) => ({ taskType: "getResponse", taskUUID })),
  );

export async function download(url: unknown): Promise<{ status: number; contentType: string | null; bytes: Buffer }> {
  const response = await fetch(String(url));
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, contentType: response.headers.get("content-type"), bytes };
}

/** Asks the admin interface. */
export async function admin(
  { url }: Sandbox,
  method: string,
  what: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Item }> {
  const response = await fetch(`${url}/admin/${what}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** Ends all jobs that run, and resolves when that one has. */
export async function finishJobs(sandbox: Sandbox, id: string): Promise<void> {
  const finished = sandbox.once("finished", (job) => job.id === id);
  assert.equal((await admin(sandbox, "POST", "finish")).status, 200);
  await finished;
}

/** A preprocessing task; members given as undefined are left out. */
export function preprocessing(members: Item = {}): Item & { taskUUID: string } {
  return {
    taskType: "controlNetPreprocess",
    taskUUID: randomUUID(),
    model: "runware:controlnet-preprocess@canny",
    ...members,
  };
}

/** A picture file of one colour: PNG where no other format is asked for. */
export const plainPicture = (
  background: string,
  { width = 96, height = 64, format = "png" }: { width?: number; height?: number; format?: "png" | "jpeg" } = {},
): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background } })
    .toFormat(format)
    .toBuffer();

/** Red, green and blue of the pixel at a place. */
export async function pixelAt(file: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * info.channels, (y * info.width + x) * info.channels + 3)];
}
