import assert from "node:assert/strict";
import { NetworkFailure } from "../../lib/net/network-failure";
import { pollDelay, usualPace } from "../../lib/providers/fal/pace";
import type { Answer, Progress } from "../../lib/providers/provider";
import type { Scripted } from "../support/scripted-server";
import {
  always,
  apiKey,
  completed,
  connect,
  disconnectAll,
  failureOf,
  inProgress,
  inQueue,
  output,
  prompt,
  requestId,
  type Script,
  taken,
  task,
  withoutSecrets,
} from "./client";

const done: Script = { status: completed(), result: { json: output() } };

/** The error with which a job was settled without a picture. */
const failureIn = ({ pictures, errors }: Answer) => {
  assert.equal(pictures.length, 0);
  return withoutSecrets(errors[0]);
};

describe("waiting for a fal job", () => {
  afterEach(disconnectAll);

  it("asks for its status with logs, then at once for its result", async () => {
    const { client, server, sent } = await connect({ ...done, status: [inQueue(3), inProgress(), completed()] });
    const answer = await client.wait(taken(), always);
    assert.equal(answer.pictures.length, 1);
    assert.equal(answer.requestId, requestId);
    assert.deepEqual(
      server.requests.map(({ method, path }) => `${method} ${path.replace(requestId, "ID")}`),
      [
        ...Array(3).fill("GET /fal/queue/fal-ai/flux/requests/ID/status?logs=1"),
        "GET /fal/queue/fal-ai/flux/requests/ID",
      ],
    );
    for (const { headers } of [...sent("status"), ...sent("result")]) {
      assert.equal(headers.authorization, `Key ${apiKey}`);
    }
  });

  it("uses the addresses of the receipt when they are below the configured one", async () => {
    const { client, server } = await connect(done);
    const at = `${server.url}/fal/queue/elsewhere/requests/${requestId}`;
    const addresses = { status: `${at}/status?x=1`, response: at };
    await client.wait(taken({ receipt: { requestId, addresses } }), always);
    assert.deepEqual(
      server.requests.map(({ path }) => path),
      [`/fal/queue/elsewhere/requests/${requestId}/status?x=1&logs=1`, `/fal/queue/elsewhere/requests/${requestId}`],
    );
  });

  it("does not use any other address", async () => {
    const { client, server } = await connect(done);
    const { host, port } = new URL(server.url);
    const path = `fal/queue/x/requests/${requestId}`;
    for (const address of [
      `https://${host}/${path}`,
      `http://127.0.0.1:${Number(port) - 1}/${path}`,
      `http://localhost:${port}/${path}`,
      `http://127.0.0.1.evil.example:${port}/${path}`,
      `http://user:pass@${host}/${path}`,
      `http://user@${host}/${path}`,
      `http://${host}/fal/other/${requestId}`,
      `http://${host}/fal/queue/../../${requestId}`,
      `http://${host}/fal/queue/x/requests/another-job`,
      `//${host}/${path}`,
      "javascript:alert(1)",
      "",
      7 as unknown as string,
    ]) {
      const addresses = { status: `${address}/status`, response: address };
      await client.wait(taken({ receipt: { requestId, addresses } }), always);
    }
    const paths = new Set(server.requests.map((received) => received.path));
    const documented = `/fal/queue/fal-ai/flux/requests/${requestId}`;
    assert.deepEqual([...paths], [`${documented}/status?logs=1`, documented]);
  });

  it("takes addresses at fal itself for fal's, and no others", async () => {
    const urls: string[] = [];
    const { client } = await connect(
      {},
      {
        addresses: { queueUrl: "https://queue.fal.run/", runUrl: "https://fal.run", restUrl: "https://rest.fal.ai" },
        send: async ({ url }) => {
          urls.push(String(url));
          const json = String(url).includes("/status") ? { status: "COMPLETED" } : output();
          return { status: 200, headers: {}, text: JSON.stringify(json) };
        },
      },
    );
    const path = `fal-ai/other/requests/${requestId}`;
    for (const host of [
      "queue.fal.run",
      "evilfal.ai",
      "evilqueue.fal.run",
      "queue.fal.run.evil.example",
      "fal.run",
      "queue.fal.run:8443",
      "queue.fal.run@evil.example",
    ]) {
      const response = `https://${host}/${path}`;
      await client.wait(
        taken({ receipt: { requestId, addresses: { status: `${response}/status`, response } } }),
        always,
      );
    }
    const documented = `https://queue.fal.run/fal-ai/flux/requests/${requestId}`;
    assert.deepEqual(
      [...new Set(urls)],
      [
        `https://queue.fal.run/${path}/status?logs=1`,
        `https://queue.fal.run/${path}`,
        `${documented}/status?logs=1`,
        documented,
      ],
    );
  });

  describe("tells", () => {
    const progressOf = async (...statuses: Scripted[]): Promise<Progress[]> => {
      const { client } = await connect({ ...done, status: [...statuses, completed()] });
      const progress: Progress[] = [];
      await client.wait(taken(), always, (one) => progress.push(one));
      return progress;
    };
    const logs = (...messages: unknown[]) => ({ logs: messages.map((message) => ({ message, timestamp: "t" })) });

    it("how many jobs are ahead, and the last line of the log", async () => {
      const progress = await progressOf(inQueue(2), inQueue(0, logs("loading")), inProgress(logs("a", "step 3 of 28")));
      assert.deepEqual(progress, [{ queuePosition: 2 }, { queuePosition: 0, log: "loading" }, { log: "step 3 of 28" }]);
    });

    it("the line that a progress bar shows at the end", async () => {
      const bar = "\u001b[A  4%|#     | 1/28 [00:01]\r  7%|##    | 2/28 [00:02]\n\r\n";
      assert.deepEqual(await progressOf(inProgress(logs(bar))), [{ log: "7%|## | 2/28 [00:02]" }]);
    });

    it("the last line still when a later poll has none", async () => {
      assert.deepEqual(await progressOf(inProgress(logs("warming up")), inProgress({ logs: null })), [
        { log: "warming up" },
        { log: "warming up" },
      ]);
    });

    it("nothing of the prompt and the key", async () => {
      const [first, second] = await progressOf(
        inProgress(logs(`drawing ${prompt}`)),
        inProgress(logs(`using ${apiKey} now`)),
      );
      assert.deepEqual([first, second], [{}, { log: "using [key] now" }]);
    });

    it("a line that is not endless", async () => {
      const [progress] = await progressOf(inProgress(logs("steps ".repeat(100_000))));
      assert.equal(progress?.log?.length, 200);
    });

    for (const [name, status] of Object.entries<Scripted>({
      "a position that is none": inQueue(-1),
      "a position of another type": inQueue("soon"),
      "logs that are none": inQueue(0, { logs: { message: "x" } }),
      "logs without text": inQueue(0, { logs: [null, 7, { message: ["x"] }] }),
      "names of prototypes": {
        text: '{"status":"IN_QUEUE","__proto__":{"logs":[1]},"constructor":1,"queue_position":0}',
      },
    })) {
      it(`no more than is certain, given ${name}`, async () => {
        assert.deepEqual(await progressOf(status), [{ queuePosition: 0 }]);
      });
    }
  });

  describe("goes on", () => {
    const page: Scripted = { status: 502, text: "<html>" };
    for (const [name, status] of Object.entries<Scripted>({
      "while the status is one that nobody knows": { json: { status: "PONDERING" } },
      "while there is no status": { json: {} },
      "when the connection breaks": { misbehave: "reset" },
      "when the answer breaks off": { misbehave: "cut", text: '{"status":' },
      "when a gateway is down": page,
      "when fal is busy": { status: 429, json: { detail: "slow down" } },
      "when fal has a problem": { status: 500, json: { detail: "Internal Server Error" } },
      "when a firewall answers": { status: 403, text: "<html>" },
      "when a gateway knows no such page": { status: 404, text: "<html>" },
    })) {
      it(name, async () => {
        const { client, sent } = await connect({ ...done, status: [...Array(9).fill(status), completed()] });
        assert.equal((await client.wait(taken(), always)).pictures.length, 1);
        assert.equal(sent("status").length, 10);
      });
    }

    it("when fal has not heard of it at first, or hesitates now and then", async () => {
      const unknown: Scripted = { status: 404, json: { detail: "Request not found" } };
      const refused: Scripted = { status: 401, json: { detail: "no" } };
      const status = [unknown, unknown, unknown, inProgress(), unknown, refused, unknown, refused, completed()];
      const { client } = await connect({ ...done, status });
      assert.equal((await client.wait(taken(), always)).pictures.length, 1);
    });

    it("without logs when they outgrow what is read", async () => {
      const logs = [{ message: "x".repeat(9 * 1024 * 1024) }];
      const { client, sent } = await connect({ ...done, status: [inProgress({ logs }), completed()] });
      await client.wait(taken(), always);
      assert.deepEqual(
        sent("status").map(({ path }) => path.split("?")[1]),
        ["logs=1", undefined],
      );
    });

    it("when the result is not there yet after all", async () => {
      const { client, sent } = await connect({
        status: [completed(), inProgress(), completed(), completed()],
        result: [
          { status: 400, json: { detail: "Request is still in progress" } },
          { status: 202, json: { status: "IN_PROGRESS" } },
          { json: output() },
        ],
      });
      assert.equal((await client.wait(taken(), always)).pictures.length, 1);
      assert.equal(sent("result").length, 3);
    });
  });

  describe("gives up", () => {
    const cases: [string, Scripted, string, RegExp][] = [
      [
        "a job that fal has forgotten",
        { status: 404, json: { detail: "not found" } },
        "FLUX_OUTCOME_UNKNOWN",
        /nor remembers/,
      ],
      ["when the key is refused", { status: 401, json: { detail: "no" } }, "FLUX_AUTH", /accepted before/],
      ["when the account is locked", { status: 403, json: { detail: "User is locked." } }, "FLUX_QUOTA", /Top it up/],
      ["when the question is refused", { status: 405, json: { detail: "no" } }, "FLUX_CONFIG", /accepted before/],
    ];
    for (const [name, status, code, words] of cases) {
      it(`${name}, after some polls, with its id`, async () => {
        const { client, sent } = await connect({ status });
        const error = await failureOf(client.wait(taken(), always));
        assert.deepEqual([error.code, error.cause.requestId, error.cause.billed], [code, requestId, "unknown"]);
        assert.equal(error.cause.retryable, false);
        assert.match(error.message, words);
        assert(sent("status").length >= 3);
      });
    }

    it("with its signal, and asks no more", async () => {
      const { client, server } = await connect({ status: { misbehave: "hang" } });
      const abort = new AbortController();
      const work = client.wait(taken(), abort.signal);
      await server.received(1);
      abort.abort(new Error("the deadline passed"));
      await assert.rejects(work, /the deadline passed/);
      assert.equal(server.requests.length, 1);
    });

    it("when the account closes", async () => {
      const { client, server } = await connect({ status: { misbehave: "hang" } });
      const work = client.wait(taken(), always);
      await server.received(1);
      await client.close();
      assert.equal((await failureOf(work)).code, "FLUX_CANCELLED");
    });

    it("a job without a receipt, which nobody can ask for", async () => {
      const { client, server } = await connect({});
      for (const call of [client.wait(task(), always), client.find(task(), always), client.cancel?.(task(), always)]) {
        const error = await failureOf(Promise.resolve(call));
        assert.deepEqual([error.code, error.cause.retryable], ["FLUX_OUTCOME_UNKNOWN", false]);
      }
      assert.equal(server.requests.length, 0);
    });
  });

  describe("settles a job that failed", () => {
    const settled = async (script: Script) => {
      const connected = await connect({ status: completed(), ...script });
      return { ...connected, error: failureIn(await connected.client.wait(taken(), always)) };
    };
    const refusal = {
      detail: [{ loc: ["body", "image_url"], msg: "x", type: "image_load_error", input: prompt }],
    };

    it("with the model's own status and words, at once", async () => {
      const { error, sent } = await settled({ result: { status: 422, json: refusal } });
      const { code, cause } = error;
      assert.deepEqual(
        [code, cause.status, cause.providerCode, cause.parameter, cause.requestId, cause.billed],
        ["FLUX_VALIDATION", 422, "image_load_error", "image_url", requestId, "no"],
      );
      assert.equal(sent("result").length, 1);
    });

    it("with the error of its status, whatever the result holds", async () => {
      const status = completed({ error: "Runner disconnected", error_type: "runner_disconnected" });
      for (const result of [{ json: output() }, { text: "<html>" }, { misbehave: "reset" }] as Scripted[]) {
        const { error, sent } = await settled({ status, result });
        assert.deepEqual(
          [error.code, error.cause.providerCode, error.cause.billed, error.cause.requestId],
          ["FLUX_PROVIDER", "runner_disconnected", "no", requestId],
        );
        assert.match(error.message, /Runner disconnected/);
        assert.equal(sent("result").length, 1);
        await disconnectAll();
      }
    });

    it("with an error type alone", async () => {
      const status = completed({ error_type: "request_timeout" });
      const { error } = await settled({ status, result: { json: output() } });
      assert.deepEqual([error.code, error.cause.providerCode], ["FLUX_TIMEOUT", "request_timeout"]);
    });

    it("with the words of its result where its status has fewer", async () => {
      const status = completed({ error: "Unprocessable Entity", error_type: "image_load_error" });
      const { error } = await settled({ status, result: { status: 422, json: refusal } });
      assert.deepEqual(
        error.cause.violations.map(({ parameter }) => parameter),
        ["image_url"],
      );
    });

    it("without repeating a prompt that its status repeats", async () => {
      const status = completed({ error: `Cannot draw ${prompt}` });
      const { error } = await settled({ status, result: { status: 500, json: { detail: prompt } } });
      assert.equal(error.code, "FLUX_PROVIDER");
    });

    for (const [status, type, code] of [
      [500, "internal_error", "FLUX_PROVIDER"],
      [503, "runner_server_error", "FLUX_PROVIDER"],
      [504, "startup_timeout", "FLUX_TIMEOUT"],
    ] as const) {
      it(`with ${status} ${type}, which is not billed, after a look whether it stays`, async () => {
        const { error, sent } = await settled({ result: { status, json: { detail: "x", error_type: type } } });
        const { cause } = error;
        assert.deepEqual([error.code, cause.providerCode, cause.billed, cause.retryable], [code, type, "no", true]);
        assert.equal(sent("result").length, 3);
      });
    }

    it("with a time limit of its sender's, as nothing to send again unchanged", async () => {
      const headers = { "x-fal-request-timeout-type": "user" };
      const { error } = await settled({ result: { status: 504, headers, json: { detail: "Request timed out" } } });
      assert.deepEqual([error.code, error.cause.retryable], ["FLUX_TIMEOUT", false]);
    });

    it("that somebody cancelled", async () => {
      const result: Scripted = { status: 499, json: { detail: "cancelled", error_type: "client_cancelled" } };
      const { error } = await settled({ result });
      assert.deepEqual([error.code, error.cause.billed, error.cause.retryable], ["FLUX_CANCELLED", "unknown", false]);
    });

    for (const status of [404, 410]) {
      it(`whose result is gone (${status}), which is billed`, async () => {
        const { error, sent } = await settled({ result: { status, json: { detail: "Request not found" } } });
        assert.deepEqual(
          [error.code, error.cause.billed, error.cause.retryable, error.cause.requestId],
          ["FLUX_PROVIDER", "yes", false, requestId],
        );
        assert.match(error.message, /no longer has its result/);
        assert.equal(sent("result").length, 3);
      });
    }

    for (const [name, result, code] of [
      ["a gateway's page", { status: 502, text: "<html>" }, "FLUX_PROVIDER"],
      ["a 503 that is no model's", { status: 503, json: { detail: "Service Unavailable" } }, "FLUX_PROVIDER"],
      ["a 500 without a type", { status: 500, json: { message: "Internal Server Error" } }, "FLUX_PROVIDER"],
      ["a 408 without a type", { status: 408, json: { detail: "slow" } }, "FLUX_TIMEOUT"],
    ] as [string, Scripted, string][]) {
      it(`as paid for in doubt when its result stays ${name}, without inviting to send it again`, async () => {
        const { error, sent } = await settled({ result });
        assert.deepEqual([error.code, error.cause.billed, error.cause.retryable], [code, "unknown", false]);
        assert.equal(sent("result").length, 8);
      });
    }
  });

  it("does not fetch a result again and again that is too large to be read", async () => {
    let results = 0;
    const { client } = await connect(
      {},
      {
        send: async ({ url }) => {
          if (String(url).includes("/status")) return { status: 200, headers: {}, text: '{"status":"COMPLETED"}' };
          results += 1;
          const head = { status: 200, headers: {} };
          throw new NetworkFailure("too-large", "the answer is too large", {
            arrived: "unknown",
            passing: false,
            head,
          });
        },
      },
    );
    const error = failureIn(await client.wait(taken(), always));
    assert.deepEqual([results, error.code, error.cause.retryable], [1, "FLUX_NETWORK", false]);
    assert.match(error.message, /too large/);
  });

  it("finds a job done although fal asked to come back in an hour", async () => {
    const later: Scripted = { status: 429, headers: { "retry-after": "3600" }, json: {} };
    const { client } = await connect({
      status: [later, later, completed()],
      result: [later, { json: output() }],
    });
    assert.equal((await client.wait(taken(), always)).pictures.length, 1);
  });

  describe("reads a result again", () => {
    for (const [name, trouble, times] of [
      ["after a broken connection", { misbehave: "reset" }, 20],
      ["after an answer that broke off", { misbehave: "cut", text: '{"images":[' }, 7],
      ["after a gateway's page", { status: 502, text: "<html>" }, 7],
      ["after a page with status 200", { text: "<html>" }, 7],
      ["when fal is busy", { status: 429, json: {} }, 7],
      ["when it is missing for a moment", { status: 404, json: { detail: "not found" } }, 2],
      ["when the key is refused for a moment", { status: 401, json: { detail: "no" } }, 2],
      ["after a 500 that passes", { status: 500, json: { detail: "x", error_type: "internal_error" } }, 2],
      ["after a 503 without a type", { status: 503, json: { detail: "x" } }, 7],
    ] as [string, Scripted, number][]) {
      it(name, async () => {
        const { client } = await connect({
          status: completed(),
          result: [...Array(times).fill(trouble), { json: output() }],
        });
        const { pictures, errors } = await client.wait(taken(), always);
        assert.deepEqual([pictures.length, errors], [1, []]);
      });
    }
  });

  for (const [name, script, more, units] of [
    ["the result", { result: { headers: { "x-fal-billable-units": "2" }, json: output() } }, {}, 2],
    ["the status", { status: { headers: { "x-fal-billable-units": "0.5" }, json: { status: "COMPLETED" } } }, {}, 0.5],
    ["the submit", {}, { receipt: { requestId, billableUnits: 3 } }, 3],
    ["nobody", {}, {}, undefined],
    ["nobody, but nonsense", { result: { headers: { "x-fal-billable-units": "1e9" }, json: output() } }, {}, undefined],
  ] as const) {
    it(`has its billable units from ${name}`, async () => {
      const { client } = await connect({ ...done, ...script });
      assert.equal((await client.wait(taken(more), always)).billableUnits, units);
    });
  }
});

describe("the pace of a fal job's polls", () => {
  it("follows the queue position and slows down with time", () => {
    const delays = (...pairs: [number, number][]) =>
      pairs.map(([ahead, waited]) => pollDelay(usualPace, ahead, waited));
    assert.deepEqual(delays([0, 0], [1, 0], [4, 0], [1000, 0]), [500, 750, 1500, 5000]);
    assert.deepEqual(delays([0, 10_000], [0, 40_000], [0, 600_000]), [500, 2000, 5000]);
  });
});

describe("looking a fal job up", () => {
  afterEach(disconnectAll);
  const find = async (script: Script) => (await connect(script)).client.find(taken(), always);

  it("finds a job that is queued, worked on or in an unknown state", async () => {
    for (const status of [inQueue(1), inProgress(), { json: { status: "PONDERING" } }]) {
      assert.deepEqual(await find({ status }), { state: "accepted" });
    }
  });

  it("finds a job that is done", async () => {
    const found = await find(done);
    assert(found.state === "settled");
    assert.equal(found.answer.pictures[0]?.id, `${requestId}/0`);
  });

  it("finds a job that failed", async () => {
    const found = await find({ status: completed(), result: { status: 422, json: { detail: "no" } } });
    assert(found.state === "settled");
    assert.equal(failureIn(found.answer).code, "FLUX_VALIDATION");
  });

  it("finds a job whose result is gone", async () => {
    const found = await find({ status: completed(), result: { status: 404, json: { detail: "no" } } });
    assert(found.state === "settled");
    assert.equal(failureIn(found.answer).cause.billed, "yes");
  });

  it("says when fal does not know the job", async () => {
    assert.deepEqual(await find({ status: { status: 404, json: { detail: "no" } } }), { state: "unknown" });
  });

  it("takes neither a service that is down nor a page for one that does not know the job", async () => {
    for (const trouble of [{ status: 502, text: "<html>" }, { misbehave: "reset" }] as Scripted[]) {
      for (const script of [{ status: trouble }, { status: completed(), result: trouble }]) {
        const error = await failureOf(find(script));
        assert.deepEqual([error.cause.retryable, error.cause.requestId], [true, requestId]);
      }
    }
  });
});

describe("cancelling a fal job", () => {
  afterEach(disconnectAll);

  const cancel = async (answer: Scripted) => {
    const { client, sent } = await connect({ cancel: answer });
    assert(client.cancel);
    const outcome = client.cancel(taken(), always);
    await outcome.catch(() => {});
    assert.equal(sent("cancel")[0]?.path, `/fal/queue/fal-ai/flux/requests/${requestId}/cancel`);
    assert.equal(sent("cancel")[0]?.headers.authorization, `Key ${apiKey}`);
    return outcome;
  };

  for (const [name, answer, outcome] of [
    ["is requested", { status: 202, json: { status: "CANCELLATION_REQUESTED" } }, "requested"],
    ["is requested, with any other success", { text: "" }, "requested"],
    ["comes too late", { status: 400, json: { status: "ALREADY_COMPLETED" } }, "ended"],
    ["finds nothing", { status: 404, json: { status: "NOT_FOUND" } }, "unknown"],
  ] as [string, Scripted, string][]) {
    it(name, async () => assert.equal(await cancel(answer), outcome));
  }

  for (const [name, answer] of Object.entries<Scripted>({
    "refuses the key": { status: 401, json: { detail: "no" } },
    "refuses it for another reason": { status: 400, json: { detail: "no" } },
    "is not fal": { status: 404, text: "<html>" },
    "has a problem": { status: 500, text: "" },
    "breaks the connection": { misbehave: "reset" },
  })) {
    it(`is an error when what answers ${name}`, async () => {
      const { cause } = await failureOf(cancel(answer));
      assert.deepEqual([cause.requestId, cause.billed], [requestId, "unknown"]);
    });
  }
});
