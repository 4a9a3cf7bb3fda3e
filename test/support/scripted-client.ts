import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { FluxError } from "../../lib/errors";
import { createDispatcher } from "../../lib/net/dispatcher";
import { exchange, type Send } from "../../lib/net/http";
import type { AccountProvider } from "../../lib/providers/account-kind";
import { type Script, type ScriptedServer, startScriptedServer } from "./scripted-server";

const open: (() => Promise<void>)[] = [];

/** Starts a scripted service and connects the client to it that `create` makes. */
export async function connectClient(
  script: Script,
  create: (url: string, send: Send) => AccountProvider,
): Promise<{ server: ScriptedServer; client: AccountProvider }> {
  const server = await startScriptedServer(script);
  open.push(() => server.close());
  const dispatcher = await createDispatcher({
    useEnvironmentProxy: false,
    connectTimeout: 5000,
    headersTimeout: 5000,
    bodyTimeout: 5000,
  });
  open.push(() => dispatcher.destroy());
  const client = create(server.url, (request) => exchange(dispatcher, request));
  open.push(() => client.close());
  return { server, client };
}

/** For `afterEach`: closes what `connectClient` has opened, clients first. */
export async function disconnectAll(): Promise<void> {
  for (const close of open.splice(0).reverse()) await close();
}

/** A signal that never aborts. */
export const always = new AbortController().signal;
setMaxListeners(0, always);

export const prompt = "a heron made of folded newspaper, standing in a river at dawn";

/** The FluxError that a call ends with. */
export async function fluxErrorOf(work: Promise<unknown>): Promise<FluxError> {
  const error = await work.then(
    (value) => assert.fail(`it succeeded: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  assert(error instanceof FluxError, String(error));
  return error;
}

/** Fails when an error holds one of the secrets, or the prompt. */
export function assertWithout(secrets: readonly string[], error: FluxError): void {
  const everything = JSON.stringify([error.message, error.cause, error.stack]);
  for (const secret of [...secrets, "folded newspaper"]) {
    assert(!everything.includes(secret), `the error holds "${secret}"`);
  }
}
