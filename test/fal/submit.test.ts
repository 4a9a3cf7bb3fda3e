import assert from "node:assert/strict";
import { mock } from "node:test";
import { FluxError } from "../../lib/errors";
import { Breaker } from "../../lib/jobs/breaker";
import { Gate } from "../../lib/jobs/gate";
import { submit } from "../../lib/jobs/submit";
import type { AccountProvider } from "../../lib/providers/account-kind";
import { aJob } from "../jobs/job";
import type { Scripted } from "../support/scripted-server";
import { startScriptedServer } from "../support/scripted-server";
import {
  acceptance,
  addressesAt,
  always,
  apiKey,
  completed,
  connect,
  disconnectAll,
  failureOf,
  model,
  output,
  prompt,
  requestId,
  task,
} from "./client";

/** Submits as jobs do, with their rules for repetition. */
async function submitJob(client: AccountProvider, delivery: "queue" | "sync" = "queue") {
  const { id, request, attachments, expected } = task();
  const job = aJob({ id, model, delivery, request, attachments, expected });
  const overdueAt = Date.now() + 60_000;
  const checks = { breaker: new Breaker(), gate: new Gate() };
  const context = { provider: client, ...checks, retries: 2, overdueAt, signal: always };
  const outcome = await submit(job, context).catch((error: unknown) => error);
  return { outcome, attempts: job.attempts };
}

/** Pauses last no time: chance decides how long they are. */
function withoutPauses(): void {
  let random: () => number;
  before(() => {
    random = Math.random;
    Math.random = () => 0;
  });
  after(() => {
    Math.random = random;
  });
}

describe("a job for fal", () => {
  afterEach(disconnectAll);

  it("is queued as the bare input of its endpoint, with the key", async () => {
    const { client, server, sent } = await connect({ submit: acceptance() });
    const submission = await client.submit(task({ num_images: 2 }), always);
    assert.deepEqual(submission, { state: "accepted", receipt: { requestId, addresses: {} } });
    const [received] = sent("submit");
    assert.equal(received?.path, `/fal/queue/${model}`);
    assert.deepEqual(JSON.parse(received?.text ?? ""), { prompt, num_images: 2 });
    assert.equal(received?.headers.authorization, `Key ${apiKey}`);
    assert.equal(received?.headers["content-type"], "application/json");
    assert.equal(server.requests.length, 1);
  });

  for (const seed of [0, 7, "9007199254740993", "18446744073709551615"]) {
    it(`carries the digits of seed ${seed} as they are`, async () => {
      const { client, sent } = await connect({ submit: acceptance() });
      await client.submit(task({ seed }), always);
      assert.match(sent("submit")[0]?.text ?? "", new RegExp(`"seed":${seed}[,}]`));
    });
  }

  it("has a receipt that can be kept as JSON", async () => {
    const links = { status_url: "https://a/s", response_url: "https://a/r", cancel_url: "https://a/c" };
    const headers = { "x-fal-billable-units": "1.5" };
    const { client } = await connect({ submit: { headers, json: { request_id: requestId, ...links } } });
    const submission = await client.submit(task(), always);
    assert.deepEqual(JSON.parse(JSON.stringify(submission)), {
      state: "accepted",
      receipt: {
        requestId,
        addresses: { status: "https://a/s", response: "https://a/r", cancel: "https://a/c" },
        billableUnits: 1.5,
      },
    });
  });

  describe("is accepted under the id in the header", () => {
    const headers = { "x-fal-request-id": requestId };
    for (const [name, answer] of Object.entries<Scripted>({
      "when the body is cut off": { misbehave: "cut", headers, text: '{"request_id":"76' },
      "when the body is a page": { headers, text: "<html>" },
      "when the body is empty": { headers, text: "" },
      "when the body has no id": { headers, json: {} },
      "when the body's id is none": { headers, json: { request_id: "../../x", status_url: "https://a/" } },
    })) {
      it(name, async () => {
        const { client } = await connect({ submit: answer });
        assert.deepEqual(await client.submit(task(), always), { state: "accepted", receipt: { requestId } });
      });
    }
  });

  const names: Record<string, unknown> = {
    "a path": "../../../etc/passwd",
    "an address": "https://evil.example/x",
    "no text": { toString: "x" },
    "a query": "a?b=c",
    nothing: "",
    "something endless": "a".repeat(101),
  };
  for (const [name, id] of Object.entries(names)) {
    it(`has no receipt when its id is ${name}, and its outcome is not known`, async () => {
      const { client } = await connect({ submit: { json: { request_id: id } } });
      const error = await failureOf(client.submit(task(), always));
      assert.deepEqual([error.cause.billed, error.cause.retryable], ["unknown", false]);
    });
  }

  it("never takes the key to an address elsewhere that came with its receipt", async () => {
    const other = await startScriptedServer(() => completed());
    try {
      const links = { status_url: `${other.url}/s`, response_url: `${other.url}/r`, cancel_url: `${other.url}/c` };
      const { client, sent } = await connect({
        submit: acceptance(links),
        status: completed(),
        result: { json: output() },
        cancel: { status: 202, json: { status: "CANCELLATION_REQUESTED" } },
      });
      const job = task();
      const submission = await client.submit(job, always);
      assert(submission.state === "accepted" && submission.receipt);
      const accepted = { ...job, receipt: submission.receipt };
      await client.wait(accepted, always);
      await client.cancel?.(accepted, always);
      assert.equal(other.requests.length, 0);
      assert.equal(sent("status")[0]?.path, `/fal/queue/fal-ai/flux/requests/${requestId}/status?logs=1`);
      assert.equal(sent("result")[0]?.path, `/fal/queue/fal-ai/flux/requests/${requestId}`);
      assert.equal(sent("cancel")[0]?.path, `/fal/queue/fal-ai/flux/requests/${requestId}/cancel`);
    } finally {
      await other.close();
    }
  });

  describe("that is refused costs nothing", () => {
    const refusals: [string, Scripted, string, boolean][] = [
      ["a bad key", { status: 401, json: { detail: "Invalid key" } }, "FLUX_AUTH", false],
      ["a key without rights", { status: 403, json: { detail: "Access denied" } }, "FLUX_AUTH", false],
      ["a locked account", { status: 403, json: { detail: "User is locked. Reason: x" } }, "FLUX_QUOTA", false],
      ["an unknown app", { status: 404, json: { detail: "Application not found" } }, "FLUX_CONFIG", false],
      ["something that is not fal", { status: 404, text: "<html>" }, "FLUX_CONFIG", false],
      ["a wrong path", { status: 405, text: "" }, "FLUX_CONFIG", false],
      ["a redirect", { status: 308, headers: { location: "https://evil.example" }, text: "" }, "FLUX_CONFIG", false],
      ["a bad request", { status: 422, json: { detail: [] } }, "FLUX_VALIDATION", false],
      ["too many requests", { status: 429, text: "" }, "FLUX_RATE_LIMIT", true],
      ["a queue that is down", { status: 503, json: { detail: "later" } }, "FLUX_PROVIDER", true],
      ["a gateway that is down", { status: 503, text: "<html>" }, "FLUX_PROVIDER", true],
    ];
    for (const [name, answer, code, retryable] of refusals) {
      it(`by ${name}, and ${retryable ? "may" : "need not"} be repeated`, async () => {
        const { client, sent } = await connect({ submit: answer });
        const { code: actual, cause } = await failureOf(client.submit(task(), always));
        assert.deepEqual([actual, cause.billed, cause.retryable], [code, "no", retryable]);
        assert.equal(sent("submit").length, 1);
      });
    }

    it("unless fal says that no repetition helps", async () => {
      for (const name of ["x-fal-retryable", "x-fal-needs-retry"]) {
        const headers = { [name]: name.endsWith("retry") ? "0" : "false" };
        const { client } = await connect({ submit: { status: 503, headers, json: { detail: "no" } } });
        assert.equal((await failureOf(client.submit(task(), always))).cause.retryable, false);
      }
    });
  });

  for (const delivery of ["queue", "sync"] as const) {
    const route = delivery === "queue" ? "submit" : "run";
    describe(`is sent once (${delivery}), and reported as unknown with what is known,`, () => {
      withoutPauses();
      const headers = { "x-fal-request-id": requestId };
      const hint = { "x-fal-retryable": "true", "x-fal-needs-retry": "1" };
      const lost: [string, Scripted, string | undefined][] = [
        ["when the connection breaks", { misbehave: "reset" }, undefined],
        ["when the answer breaks off", { misbehave: "cut", text: "{" }, undefined],
        ["when the answer cannot be read", { text: "<html>" }, undefined],
        ["after a 500", { status: 500, headers, json: { detail: "Internal Server Error" } }, requestId],
        ["after a 502 of a gateway", { status: 502, text: "<html>" }, undefined],
        ["after a 504 of a gateway", { status: 504, headers, text: "<html>" }, requestId],
        ["after a 408", { status: 408, text: "" }, undefined],
        ["after a 502, though fal suggests a repetition", { status: 502, headers: hint, json: {} }, undefined],
      ];
      for (const [name, answer, id] of lost) {
        it(name, async () => {
          const { client, sent } = await connect({ [route]: answer });
          const { outcome, attempts } = await submitJob(client, delivery);
          assert(outcome instanceof FluxError, JSON.stringify(outcome));
          const { code, cause } = outcome;
          assert.deepEqual(
            [code, cause.billed, cause.retryable, cause.requestId],
            ["FLUX_OUTCOME_UNKNOWN", "unknown", false, id],
          );
          assert.deepEqual([attempts, sent(route).length], [1, 1]);
        });
      }

      const refused: [string, Scripted][] = [
        ["422", { status: 422, headers: hint, json: { detail: "no" } }],
        ["401", { status: 401, headers: hint, json: { detail: "no" } }],
        ["409 of a runner", { status: 409, json: { detail: "no", error_type: "runner_disconnected" } }],
        ["400 for time", { status: 400, json: { detail: "no", error_type: "request_timeout" } }],
      ];
      for (const [name, answer] of refused) {
        it(`or as refused after a ${name}, though fal suggests a repetition`, async () => {
          const { client, sent } = await connect({ [route]: answer });
          const { outcome, attempts } = await submitJob(client, delivery);
          assert(outcome instanceof FluxError, JSON.stringify(outcome));
          assert.deepEqual([outcome.cause.billed, outcome.cause.retryable], ["no", false]);
          assert.deepEqual([attempts, sent(route).length], [1, 1]);
        });
      }

      it("when no answer comes in time", async () => {
        const { client, server, sent } = await connect(
          { [route]: { misbehave: "hang" } },
          { timeouts: { submit: 100, sync: 100 } },
        );
        mock.timers.enable({ apis: ["setTimeout"] });
        try {
          const submitted = submitJob(client, delivery);
          // Before it has arrived, its time limit would prove that it never did.
          await server.received(1);
          mock.timers.tick(100);
          const { outcome } = await submitted;
          assert(outcome instanceof FluxError && outcome.code === "FLUX_OUTCOME_UNKNOWN");
          assert.equal(sent(route).length, 1);
        } finally {
          mock.timers.reset();
        }
      });
    });

    describe(`is sent again (${delivery})`, () => {
      withoutPauses();
      const taken = delivery === "queue" ? acceptance() : { json: output() };
      for (const [name, answer] of Object.entries<Scripted>({
        "after 429": { status: 429, json: { detail: "Concurrency limit" } },
        "after 503": { status: 503, json: { detail: "Try later" } },
        "after 503 of a gateway": { status: 503, text: "<html>" },
      })) {
        it(name, async () => {
          const { client, sent } = await connect({ [route]: [answer, answer, taken] });
          const { outcome, attempts } = await submitJob(client, delivery);
          assert(!(outcome instanceof Error), String(outcome));
          assert.deepEqual([attempts, sent(route).length], [3, 3]);
        });
      }

      it("when nothing listened, which proves that it never arrived", async () => {
        // None of the ports that are given to whoever asks for any.
        const { client } = await connect({}, { addresses: addressesAt("http://127.0.0.1:1") });
        const { outcome, attempts } = await submitJob(client, delivery);
        assert(outcome instanceof FluxError);
        assert.deepEqual([outcome.code, outcome.cause.billed, attempts], ["FLUX_NETWORK", "no", 3]);
      });
    });
  }

  it("is not called fit for repetition when it may have arrived, whatever fal suggests", async () => {
    const headers = { "x-fal-retryable": "true", "x-fal-needs-retry": "1" };
    for (const delivery of ["queue", "sync"] as const) {
      const answer = { status: 502, headers, json: { detail: "no" } };
      const { client } = await connect({ submit: answer, run: answer });
      const { cause } = await failureOf(client.submit(task({}, { delivery }), always));
      assert.deepEqual([cause.billed, cause.retryable], ["unknown", false]);
    }
  });

  it("waits as long as fal asks for", async () => {
    const { client } = await connect({ submit: { status: 429, headers: { "retry-after": "3" }, text: "" } });
    assert.equal((await failureOf(client.submit(task(), always))).retryAfter, 3000);
  });

  it("is not possible any more once the client is closed", async () => {
    for (const [route, delivery] of [
      ["submit", "queue"],
      ["run", "sync"],
    ] as const) {
      const { client, server } = await connect({ [route]: { misbehave: "hang" } });
      const pending = client.submit(task({}, { delivery }), always);
      await server.received(1);
      await client.close();
      assert.equal((await failureOf(pending)).code, "FLUX_CANCELLED");
      assert.equal((await failureOf(client.submit(task({}, { delivery }), always))).code, "FLUX_CANCELLED");
      assert.equal(server.requests.length, 1);
    }
  });

  it("ends with its signal", async () => {
    const { client, server } = await connect({ submit: { misbehave: "hang" } });
    const abort = new AbortController();
    const work = client.submit(task(), abort.signal);
    await server.received(1);
    abort.abort(new Error("the node was closed"));
    await assert.rejects(work, /the node was closed/);
  });
});

describe("a job that fal's sync delivery makes", () => {
  afterEach(disconnectAll);
  const sync = (more = {}) => task(more, { delivery: "sync" });

  it("is sent to the direct URL and settled by the answer", async () => {
    const headers = { "x-fal-request-id": requestId, "x-fal-billable-units": "0.75" };
    const { client, sent, server } = await connect({ run: { headers, json: output() } });
    const submission = await client.submit(sync(), always);
    assert(submission.state === "settled");
    const { pictures, errors, requestId: id, billableUnits } = submission.answer;
    assert.deepEqual([id, billableUnits, errors], [requestId, 0.75, []]);
    assert.equal(pictures[0]?.id, `${requestId}/0`);
    assert.equal(sent("run")[0]?.path, `/fal/run/${model}`);
    assert.equal(sent("run")[0]?.headers.authorization, `Key ${apiKey}`);
    assert.equal(server.requests.length, 1);
  });

  it("has our id in its pictures' when fal gives none, which is not told as fal's", async () => {
    const { client } = await connect({ run: { json: output({ images: [{}, { url: "https://a.example/b" }] }) } });
    const job = sync();
    const submission = await client.submit(job, always);
    assert(submission.state === "settled");
    const { pictures, errors, requestId: id } = submission.answer;
    assert.equal(pictures[0]?.id, `${job.id}/1`);
    assert.deepEqual([id, errors[0]?.cause.requestId], [undefined, undefined]);
  });

  it("is never repeated after a time limit that its sender set", async () => {
    const headers = { "x-fal-request-timeout-type": "user", "x-fal-error-type": "request_timeout" };
    const { client } = await connect({ run: { status: 504, headers, json: { detail: "Request timed out" } } });
    const { code, cause } = await failureOf(client.submit(sync(), always));
    assert.deepEqual([code, cause.retryable, cause.providerCode], ["FLUX_TIMEOUT", false, "request_timeout"]);
  });

  it("that the model refuses is refused, with fal's id", async () => {
    const detail = [{ loc: ["body", "num_images"], type: "less_than_equal", ctx: { le: 4 }, input: prompt }];
    const headers = { "x-fal-request-id": requestId };
    const { client } = await connect({ run: { status: 422, headers, json: { detail } } });
    const { code, cause } = await failureOf(client.submit(sync(), always));
    assert.deepEqual([code, cause.billed, cause.requestId], ["FLUX_VALIDATION", "no", requestId]);
    assert.equal(cause.parameter, "num_images");
  });

  it("that was charged for although it failed is said to be billed", async () => {
    const headers = { "x-fal-billable-units": "1" };
    const { client } = await connect({ run: { status: 422, headers, json: { detail: "no" } } });
    assert.equal((await failureOf(client.submit(sync(), always))).cause.billed, "yes");
  });
});
