import assert from "node:assert/strict";
import type { ErrorCode } from "../../lib/errors";
import { createRunware } from "../../lib/providers/runware/client";
import type { Scripted } from "../support/scripted-server";
import { always, apiKey, connect, disconnectAll, failureOf, job, newId } from "./client";

describe("the balance of a Runware account", () => {
  afterEach(disconnectAll);

  for (const [balance, expected] of [
    [12.5, { amount: 12.5, currency: "USD" }],
    [0, { amount: 0, currency: "USD" }],
    [
      { amount: 3, freeBalance: 1, currency: "EUR" },
      { amount: 3, currency: "EUR" },
    ],
    [{ amount: 3 }, { amount: 3, currency: "USD" }],
  ] as const) {
    it(`is read from ${JSON.stringify(balance)}`, async () => {
      const { client, server } = await connect(({ tasks }) => ({ json: { data: [{ ...tasks[0], balance }] } }));
      assert.deepEqual(await client.check(always), { balance: expected });
      const [task] = server.requests[0]?.tasks ?? [];
      assert.deepEqual([task?.taskType, task?.operation], ["accountManagement", "getDetails"]);
      assert.match(task?.taskUUID ?? "", /^[0-9a-f-]{36}$/);
    });
  }

  const refusals: [string, Scripted, ErrorCode][] = [
    ["a bad key", { status: 401, json: { errors: [{ code: "invalidApiKey", message: `${apiKey}?` }] } }, "FLUX_AUTH"],
    ["a web server that is not Runware", { status: 404, text: "<html>" }, "FLUX_CONFIG"],
    ["a gateway in trouble", { status: 502, text: "<html>" }, "FLUX_PROVIDER"],
    ["a page instead of JSON", { text: "<html>" }, "FLUX_PROVIDER"],
    ["an answer without a balance", { json: { data: [{}] } }, "FLUX_PROVIDER"],
    ["a balance without end", { text: '{"data":[{"balance":1e400}]}' }, "FLUX_PROVIDER"],
    ["a broken connection", { misbehave: "reset" }, "FLUX_NETWORK"],
  ];
  for (const [name, answer, code] of refusals) {
    it(`cannot be read from ${name}, which costs nothing`, async () => {
      const { client } = await connect(() => answer);
      const error = await failureOf(client.check(always));
      assert.deepEqual([error.code, error.cause.billed], [code, "no"]);
    });
  }
});

describe("a Runware client", () => {
  const create = (baseUrl: string, key = apiKey) =>
    createRunware({ baseUrl, apiKey: key, send: () => assert.fail("something was sent") });

  for (const baseUrl of [
    "http://api.runware.ai/v1",
    "http://192.168.1.5/v1",
    "http://127.0.0.1.example.com/v1",
    "https://user:secret@api.runware.ai/v1",
    "ftp://api.runware.ai",
    "no url",
    "",
  ]) {
    it(`does not send a key to ${baseUrl || "nowhere"}`, () => {
      assert.throws(() => create(baseUrl), { code: "FLUX_CONFIG" });
    });
  }

  for (const baseUrl of [
    "https://api.runware.ai/v1",
    "http://127.0.0.1:1234/v1",
    "http://localhost/v1",
    "http://[::1]:1/v1",
  ]) {
    it(`may send a key to ${baseUrl}`, async () => create(baseUrl).close());
  }

  for (const [name, key] of [
    ["is empty", " "],
    ["holds a line break", "abc\r\nx: y"],
    ["holds something that is not ASCII", "ключ"],
  ] as const) {
    it(`refuses a key that ${name}, without repeating it`, () => {
      assert.throws(
        () => create("https://api.runware.ai/v1", key),
        (error: Error & { code?: string }) =>
          error.code === "FLUX_CONFIG" && (key === " " || !error.message.includes(key)),
      );
    });
  }

  it("can be closed twice, and with calls that were aborted", async () => {
    const { client } = await connect(() => ({ misbehave: "hang" }));
    const gone = AbortSignal.abort(new Error("gone"));
    for (const call of [client.check(gone), client.wait(job(newId(), 1), gone), client.find(job(newId(), 1), gone)]) {
      await assert.rejects(call, /gone/);
    }
    await client.close();
    await client.close();
    await disconnectAll();
  });
});
