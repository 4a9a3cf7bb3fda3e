import { randomUUID } from "node:crypto";
import type { FluxError } from "../../lib/errors";
import type { FluxRequest } from "../../lib/models/request";
import type { AccountProvider } from "../../lib/providers/account-kind";
import type { Task } from "../../lib/providers/provider";
import { createRunware, type RunwareOptions } from "../../lib/providers/runware/client";
import { createUploadMemory } from "../../lib/providers/upload-memory";
import { assertWithout, connectClient, fluxErrorOf, prompt } from "../support/scripted-client";
import type { Script, ScriptedServer, SentTask } from "../support/scripted-server";

export { always, disconnectAll, prompt } from "../support/scripted-client";

export const apiKey = "rw-key-that-must-not-leak";

/** A client that is connected to a scripted service, asked without pauses worth mentioning. */
export interface Connected {
  server: ScriptedServer;
  client: AccountProvider;
  /** All tasks of a type, in order of arrival. */
  tasks(taskType: string): SentTask[];
}

export const quickly = {
  first: 2,
  growth: 1,
  longest: 2,
  gap: 1,
  perPost: 0,
  failures: { first: 1, longest: 2, most: 2 },
};

export async function connect(script: Script, options: Partial<RunwareOptions> = {}): Promise<Connected> {
  const { server, client } = await connectClient(script, (url, send) =>
    createRunware({
      baseUrl: `${url}/v1`,
      apiKey,
      send,
      pace: quickly,
      // Ports are used again: what another test has uploaded must not count here.
      uploadMemory: createUploadMemory(),
      ...options,
    }),
  );
  return {
    server,
    client,
    tasks: (taskType) => server.requests.flatMap(({ tasks }) => tasks).filter((task) => task.taskType === taskType),
  };
}

export const newId = (): string => randomUUID();

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
  const error = await fluxErrorOf(work);
  withoutSecrets(error);
  return error;
}

export const withoutSecrets = (error: FluxError): void => assertWithout([apiKey], error);
