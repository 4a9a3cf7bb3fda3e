import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { Dispatcher } from "undici";
import { FluxError } from "../../lib/errors";
import type { FluxRequest } from "../../lib/models/request";
import { createDispatcher } from "../../lib/net/dispatcher";
import { exchange } from "../../lib/net/http";
import type { AccountProvider } from "../../lib/providers/account-kind";
import type { Task } from "../../lib/providers/provider";
import { createRunware, type RunwareOptions } from "../../lib/providers/runware/client";
import { createUploadMemory } from "../../lib/providers/upload-memory";
import { type Script, type ScriptedServer, type SentTask, startScriptedServer } from "../support/scripted-server";

export const apiKey = "rw-key-that-must-not-leak";

/** A client that is connected to a scripted service, asked without pauses worth mentioning. */
export interface Connected {
  server: ScriptedServer;
  client: AccountProvider;
  /** All tasks of a type, in order of arrival. */
  tasks(taskType: string): SentTask[];
}

const open: { client: AccountProvider; dispatcher: Dispatcher; server: ScriptedServer }[] = [];

export const quickly = { first: 2, growth: 1, longest: 2, gap: 1, failures: { first: 1, longest: 2, most: 2 } };

export async function connect(script: Script, options: Partial<RunwareOptions> = {}): Promise<Connected> {
  const server = await startScriptedServer(script);
  const dispatcher = await createDispatcher({
    useEnvironmentProxy: false,
    connectTimeout: 5000,
    headersTimeout: 5000,
    bodyTimeout: 5000,
  });
  const client = createRunware({
    baseUrl: `${server.url}/v1`,
    apiKey,
    send: (request) => exchange(dispatcher, request),
    pace: quickly,
    // Ports are used again: what another test has uploaded must not count here.
    uploadMemory: createUploadMemory(),
    ...options,
  });
  open.push({ client, dispatcher, server });
  return {
    server,
    client,
    tasks: (taskType) => server.requests.flatMap(({ tasks }) => tasks).filter((task) => task.taskType === taskType),
  };
}

/** For `afterEach`. */
export async function disconnectAll(): Promise<void> {
  for (const { client, dispatcher, server } of open.splice(0)) {
    await client.close();
    await dispatcher.destroy();
    await server.close();
  }
}

/** A signal that never aborts. */
export const always = new AbortController().signal;
setMaxListeners(0, always);

export const newId = (): string => randomUUID();

export const prompt = "a heron made of folded newspaper, standing in a river at dawn";

export const request = (more: FluxRequest = {}): FluxRequest => ({
  model: "runware:111@1",
  positivePrompt: prompt,
  outputType: "URL",
  ...more,
});

/** A job to submit (by its request) or to ask for (by the number of its pictures). */
export const job = (id: string, what: FluxRequest | number): Task => ({
  id,
  model: "runware:111@1",
  request: typeof what === "number" ? {} : what,
  attachments: [],
  expected: typeof what === "number" ? what : 1,
});

/** An acknowledgement of every task. */
export const accepted = (tasks: readonly SentTask[]) => ({
  data: tasks.map(({ taskType, taskUUID }) => ({ taskType, taskUUID })),
});

/** A finished picture as the service lists it. */
export const picture = (taskUUID: string, name: string, more: object = {}) => ({
  taskType: "imageInference",
  taskUUID,
  status: "success",
  imageUUID: name,
  imageURL: `https://im.runware.ai/${name}.jpg`,
  seed: 7,
  ...more,
});

export const working = (taskUUID: string, more: object = {}) => ({
  taskType: "imageInference",
  taskUUID,
  status: "processing",
  ...more,
});

/** The FluxError that a call ends with; fails when it holds the key or the prompt. */
export async function failureOf(work: Promise<unknown>): Promise<FluxError> {
  const error = await work.then(
    (value) => assert.fail(`it succeeded: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  assert(error instanceof FluxError, String(error));
  withoutSecrets(error);
  return error;
}

export function withoutSecrets(error: FluxError): void {
  const everything = JSON.stringify([error.message, error.cause, error.stack]);
  assert(!everything.includes(apiKey), "the error holds the key");
  assert(!everything.includes("folded newspaper"), "the error holds the prompt");
}
