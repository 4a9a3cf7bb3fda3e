import assert from "node:assert/strict";
import { Closing } from "../../lib/closing";
import type { ErrorCode } from "../../lib/errors";
import { fal } from "../../lib/providers/fal";
import { createCall } from "../../lib/providers/fal/call";
import { createFal } from "../../lib/providers/fal/client";
import type { Scripted } from "../support/scripted-server";
import { always, apiKey, connect, disconnectAll, failureOf, type Script } from "./client";

const place: Scripted = {
  json: { upload_url: "https://v3.fal.media/put/a", file_url: "https://v3.fal.media/files/a.png" },
};
const noSuchRequest: Scripted = { status: 404, json: { detail: "Request not found" } };

describe("the test of a fal account", () => {
  afterEach(disconnectAll);

  it("asks storage and queue with the key, uploads nothing, and says what it cannot prove", async () => {
    const { client, server, sent } = await connect({ initiate: place, status: noSuchRequest });
    assert.deepEqual(await client.check(always), { unproven: ["credit", "model", "direct"] });
    assert.equal(server.requests.length, 2);
    for (const [received] of [sent("initiate"), sent("status")]) {
      assert.equal(received?.headers.authorization, `Key ${apiKey}`);
    }
    assert.match(sent("status")[0]?.path ?? "", /^\/fal\/queue\/fal-ai\/flux\/requests\/[0-9a-f-]{36}\/status$/);
  });

  const cases: [string, Script, ErrorCode][] = [
    ["a bad key", { initiate: { status: 401, json: { detail: `Bad ${apiKey}` } } }, "FLUX_AUTH"],
    ["a key that only the queue refuses", { initiate: place, status: { status: 401, json: {} } }, "FLUX_AUTH"],
    ["a locked account", { initiate: { status: 403, json: { detail: "User is locked." } } }, "FLUX_QUOTA"],
    [
      "a queue that finds it locked",
      { initiate: place, status: { status: 403, json: { detail: "User is locked" } } },
      "FLUX_QUOTA",
    ],
    ["too many requests", { initiate: { status: 429, text: "" } }, "FLUX_RATE_LIMIT"],
    ["a web server that is not fal's storage", { initiate: { status: 404, text: "<html>" } }, "FLUX_CONFIG"],
    [
      "a web server that is not fal's queue",
      { initiate: place, status: { status: 404, text: "<html>" } },
      "FLUX_CONFIG",
    ],
    ["a page instead of JSON", { initiate: { text: "<html>" } }, "FLUX_PROVIDER"],
    ["a gateway in trouble", { initiate: place, status: { status: 502, text: "<html>" } }, "FLUX_PROVIDER"],
    ["a broken connection", { initiate: { misbehave: "reset" } }, "FLUX_NETWORK"],
    ["a broken connection to the queue", { initiate: place, status: { misbehave: "reset" } }, "FLUX_NETWORK"],
  ];
  it("names the address at which something else answers", async () => {
    const page: Scripted = { status: 404, text: "<html>" };
    const storage = await connect({ initiate: page });
    assert.match((await failureOf(storage.client.check(always))).message, /the upload URL/);
    const queue = await connect({ initiate: place, status: page });
    assert.match((await failureOf(queue.client.check(always))).message, /the queue URL/);
  });

  for (const [name, script, code] of cases) {
    it(`tells of ${name}, which costs nothing`, async () => {
      const { client } = await connect(script);
      const error = await failureOf(client.check(always));
      assert.deepEqual([error.code, error.cause.billed], [code, "no"]);
    });
  }
});

describe("a fal client", () => {
  const usual = { queueUrl: "https://queue.fal.run", runUrl: "https://fal.run", restUrl: "https://rest.fal.ai" };
  const create = (addresses: Partial<typeof usual>, key = apiKey) =>
    createFal({ addresses: { ...usual, ...addresses }, apiKey: key, send: () => assert.fail("something was sent") });

  for (const property of ["queueUrl", "runUrl", "restUrl"] as const) {
    for (const address of ["http://fal.run", "https://user:secret@fal.run", "ftp://fal.run", "no url", ""]) {
      it(`does not send a key to ${address || "nowhere"} (${property})`, () => {
        assert.throws(() => create({ [property]: address }), { code: "FLUX_CONFIG" });
      });
    }
  }

  it("takes keys with a colon, and gateways with a path", async () => {
    await create({ queueUrl: "https://gateway.example/fal/queue/", runUrl: "http://127.0.0.1:1/run" }).close();
  });

  for (const [name, key] of [
    ["is empty", " "],
    ["holds a line break", "abc\r\nx: y"],
    ["holds something that is not ASCII", "ключ"],
  ] as const) {
    it(`refuses a key that ${name}, without repeating it`, () => {
      assert.throws(
        () => create({}, key),
        (error: Error & { code?: string }) =>
          error.code === "FLUX_CONFIG" && (key === " " || !error.message.includes(key)),
      );
    });
  }

  it("has no way to send the key anywhere but to its three addresses", async () => {
    const call = createCall({
      addresses: usual,
      apiKey,
      send: () => assert.fail("something was sent"),
      closing: new Closing(),
    });
    for (const url of ["https://fal.ai/x", "http://fal.run/x", "https://fal.run:8443/x", "https://evilfal.run/x"]) {
      await assert.rejects(call({ url, signal: always, timeout: 1000 }), /not fal's/);
    }
  });

  it("is what fal's accounts load, at fal's own addresses", async () => {
    assert.deepEqual([fal.provider, fal.title, fal.addresses], ["fal", "fal", usual]);
    const createClient = await fal.load();
    const options = { addresses: fal.addresses, apiKey, sandbox: true, send: () => assert.fail("something was sent") };
    const client = createClient(options);
    assert.deepEqual([client.name, client.resendWindow], ["fal", 0]);
    await client.close();
  });

  it("keeps no connection idle for as long as fal may close it in the meantime", () => {
    assert(fal.keepAlive < 4000);
  });

  it("can be closed twice, and with calls that were aborted", async () => {
    const { client } = await connect({});
    await assert.rejects(client.check(AbortSignal.abort(new Error("gone"))), /gone/);
    await client.close();
    await client.close();
    await disconnectAll();
  });
});
