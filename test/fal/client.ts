import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { FluxError } from "../../lib/errors";
import type { FluxRequest } from "../../lib/models/request";
import type { Send } from "../../lib/net/http";
import type { AccountProvider } from "../../lib/providers/account-kind";
import { createFal, type FalOptions } from "../../lib/providers/fal/client";
import type { Task } from "../../lib/providers/provider";
import { createUploadMemory } from "../../lib/providers/upload-memory";
import { assertWithout, connectClient, fluxErrorOf, prompt } from "../support/scripted-client";
import type { Scripted, ScriptedServer } from "../support/scripted-server";

export { always, disconnectAll, prompt } from "../support/scripted-client";

export const apiKey = "c0ffee00-key-id:5ecret-that-must-not-leak";

export const model = "fal-ai/flux/srpo/image-to-image";

export const requestId = "764cabcf-b745-4b3e-ae38-1200304cf45b";

/** What fal is asked for, by the way it is asked. */
const ROUTES = {
  submit: /^POST \/fal\/queue\//,
  status: /^GET \/fal\/queue\/.*\/status(\?|$)/,
  cancel: /^PUT \/fal\/queue\/.*\/cancel$/,
  result: /^GET \/fal\/queue\//,
  run: /^POST \/fal\/run\//,
  initiate: /^POST \/fal\/rest\/storage\/upload\/initiate\?storage_type=fal-cdn-v3$/,
  storage: /^PUT \/storage\//,
};

type Route = keyof typeof ROUTES;

type Received = ScriptedServer["requests"][number];

/** Answers request number `count` (from 0) of a route; a list answers in order, its last element from then on. */
type Answers = Scripted | readonly Scripted[] | ((received: Received, count: number) => Scripted | Promise<Scripted>);

export type Script = Partial<Record<Route, Answers>>;

/** A client that is connected to a scripted fal, asked without pauses worth mentioning. */
export interface Connected {
  server: ScriptedServer;
  client: AccountProvider;
  /** All requests of a route, in order of arrival. */
  sent(route: Route): Received[];
}

export const quickly = {
  shortest: 2,
  perPosition: 0,
  share: 0,
  longest: 2,
  gap: 0,
  failures: { first: 1, longest: 2, most: 2 },
};

/** @param options may be made of the client's own way to the server. */
export async function connect(
  script: Script,
  options: Partial<FalOptions> | ((send: Send) => Partial<FalOptions>) = {},
): Promise<Connected> {
  const byRoute = new Map<Route, Received[]>();
  const sent = (route: Route): Received[] => byRoute.get(route) ?? [];
  const answer = (received: Received) => {
    const route = routeOf(received);
    assert(route, `nobody expects ${received.method} ${received.path}`);
    const count = sent(route).length;
    byRoute.set(route, [...sent(route), received]);
    const answers = script[route];
    assert(answers, `the test does not expect a ${route}`);
    if (typeof answers === "function") return answers(received, count);
    if (!Array.isArray(answers)) return answers as Scripted;
    return answers[Math.min(count, answers.length - 1)];
  };
  const connected = await connectClient(answer, (url, send) =>
    createFal({
      addresses: addressesAt(url),
      apiKey,
      send,
      pace: quickly,
      // Ports are used again: what another test has uploaded must not count here.
      uploadMemory: createUploadMemory(),
      ...(typeof options === "function" ? options(send) : options),
    }),
  );
  return { ...connected, sent };
}

export const addressesAt = (url: string) => ({
  queueUrl: `${url}/fal/queue`,
  runUrl: `${url}/fal/run`,
  restUrl: `${url}/fal/rest`,
});

function routeOf({ method, path }: Received): Route | undefined {
  const line = `${method} ${path}`;
  return (Object.keys(ROUTES) as Route[]).find((route) => ROUTES[route].test(line));
}

/** A job that is not submitted yet. */
export const task = (request: FluxRequest = {}, more: Partial<Task> = {}): Task => ({
  id: randomUUID(),
  model,
  request: { prompt, ...request },
  attachments: [],
  expected: 1,
  ...more,
});

/** A job that fal took. */
export const taken = (more: Partial<Task> = {}): Task => task({}, { receipt: { requestId }, ...more });

export const acceptance = (more: object = {}): Scripted => ({ json: { request_id: requestId, ...more } });

export const inQueue = (position: unknown, more: object = {}): Scripted => ({
  status: 202,
  json: { status: "IN_QUEUE", queue_position: position, ...more },
});

export const inProgress = (more: object = {}): Scripted => ({ status: 202, json: { status: "IN_PROGRESS", ...more } });

export const completed = (more: object = {}): Scripted => ({ json: { status: "COMPLETED", ...more } });

/** A model's output with one picture. */
export const output = (more: object = {}) => ({
  images: [{ url: "https://v3.fal.media/files/koala/a.jpeg", width: 1024, height: 768, content_type: "image/jpeg" }],
  timings: { inference: 2.5 },
  seed: 7,
  has_nsfw_concepts: [false],
  prompt,
  ...more,
});

/** The FluxError that a call ends with; fails when it holds the key or the prompt. */
export const failureOf = async (work: Promise<unknown>): Promise<FluxError> => withoutSecrets(await fluxErrorOf(work));

export function withoutSecrets(error: FluxError | undefined): FluxError {
  assert(error);
  assertWithout(apiKey.split(":"), error);
  assert.equal(error.cause.provider, "fal");
  return error;
}
