import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { NO_LIMITS } from "../../lib/jobs/budget/limits";
import { Account } from "../../lib/node-red/account";
import { fal } from "../../lib/providers/fal";
import type { Task } from "../../lib/providers/provider";
import { type ScriptedServer, startScriptedServer } from "../support/scripted-server";

const always = new AbortController().signal;

const task = (): Task => ({
  id: randomUUID(),
  model: "fal-ai/flux/srpo",
  request: { prompt: "a heron" },
  attachments: [],
  expected: 1,
});

/** Two accounts of one key, and a service that answers when it is told to. */
async function twoAccounts() {
  let answer = (): void => {};
  const server = await startScriptedServer(
    () =>
      new Promise((resolve) => {
        answer = () => resolve({ json: { request_id: "one" } });
      }),
  );
  const [queueUrl, runUrl, restUrl] = ["queue", "run", "rest"].map((name) => `${server.url}/${name}`);
  const account = () =>
    new Account(fal, {
      settings: {
        environment: "production",
        addresses: { queueUrl: String(queueUrl), runUrl: String(runUrl), restUrl: String(restUrl) },
        concurrency: 2,
        line: 2,
        requestsPerMinute: 0,
        ...NO_LIMITS,
      },
      apiKey: "id:secret",
      connection: () => ({}),
    });
  return { server, answer: () => answer(), first: account(), second: account() };
}

describe("accounts that name the same key", () => {
  let server: ScriptedServer | undefined;
  afterEach(() => server?.close());

  it("do not break each other's paid requests when one of them is closed", async () => {
    const { first, second, answer, ...made } = await twoAccounts();
    server = made.server;
    await first.open();
    const { service } = await second.open();
    const submission = service.provider.submit(task(), always);
    await server.received(1);
    await first.close();
    answer();
    assert.equal((await submission).state, "accepted");

    const next = service.provider.submit(task(), always);
    await server.received(2);
    answer();
    assert.equal((await next).state, "accepted");
    await second.close();
  });

  it("end their requests when the last of them is closed", async () => {
    const { first, second, ...made } = await twoAccounts();
    server = made.server;
    await first.open();
    const { service } = await second.open();
    const submission = service.provider.submit(task(), always);
    await server.received(1);
    await first.close();
    await second.close();
    await assert.rejects(submission, { code: "FLUX_CANCELLED" });
  });
});
