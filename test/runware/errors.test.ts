import assert from "node:assert/strict";
import type { ErrorCode } from "../../lib/errors";
import { familyOf } from "../../lib/providers/runware/error-family";
import type { Scripted } from "../support/scripted-server";
import { always, apiKey, connect, disconnectAll, failureOf, job, newId, prompt, request } from "./client";

/** Submits one task to a service that refuses it so. */
async function refusal(status: number, item: object, headers: Record<string, string> = {}) {
  const { client } = await connect(() => ({ status, headers, json: { errors: [item] } }));
  return failureOf(client.submit(job(newId(), request()), always));
}

describe("an error of Runware", () => {
  afterEach(disconnectAll);

  const known: [string, number, ErrorCode, boolean, "no" | "unknown"][] = [
    ["invalidApiKey", 401, "FLUX_AUTH", false, "no"],
    ["missingApiKey", 401, "FLUX_AUTH", false, "no"],
    ["unauthorized", 401, "FLUX_AUTH", false, "no"],
    ["forbidden", 403, "FLUX_AUTH", false, "no"],
    ["insufficientCredits", 402, "FLUX_QUOTA", false, "no"],
    ["quotaExceeded", 402, "FLUX_QUOTA", false, "no"],
    ["paymentRequired", 402, "FLUX_QUOTA", false, "no"],
    ["rateLimitExceeded", 429, "FLUX_RATE_LIMIT", true, "no"],
    ["providerRateLimitExceeded", 200, "FLUX_RATE_LIMIT", true, "no"],
    ["contentPolicyViolation", 400, "FLUX_CONTENT_POLICY", false, "no"],
    ["invalidNsfwContent", 400, "FLUX_CONTENT_POLICY", false, "no"],
    ["promptBlocked", 400, "FLUX_CONTENT_POLICY", false, "no"],
    ["moderationFailed", 400, "FLUX_CONTENT_POLICY", false, "no"],
    ["timeoutProvider", 504, "FLUX_TIMEOUT", true, "unknown"],
    ["providerTimeout", 200, "FLUX_TIMEOUT", true, "unknown"],
    ["internalServerError", 500, "FLUX_PROVIDER", true, "unknown"],
    ["serviceUnavailable", 503, "FLUX_PROVIDER", true, "no"],
    ["serviceUnavailable", 200, "FLUX_PROVIDER", true, "unknown"],
    ["inferenceError", 500, "FLUX_PROVIDER", true, "unknown"],
    ["noAvailableServer", 503, "FLUX_PROVIDER", true, "unknown"],
    ["modelUnavailable", 200, "FLUX_PROVIDER", true, "unknown"],
    ["providerError", 200, "FLUX_PROVIDER", true, "unknown"],
    ["invalidSteps", 400, "FLUX_VALIDATION", false, "no"],
    ["missingParameter", 400, "FLUX_VALIDATION", false, "no"],
    ["conflictPuLIDTrueCFG", 400, "FLUX_VALIDATION", false, "no"],
    ["unsupportedParameter", 400, "FLUX_VALIDATION", false, "no"],
    ["maxLength", 400, "FLUX_VALIDATION", false, "no"],
    ["unknownParameter", 400, "FLUX_VALIDATION", false, "no"],
    ["incompatibleParameters", 400, "FLUX_VALIDATION", false, "no"],
    ["modelNotFound", 404, "FLUX_VALIDATION", false, "no"],
  ];
  for (const [code, status, expected, retryable, billed] of known) {
    it(`${code} (${status}) becomes ${expected}, ${retryable ? "" : "not "}to be retried, billed: ${billed}`, async () => {
      const error = await refusal(status, { code, message: "no" });
      assert.deepEqual(
        [error.code, error.cause.retryable, error.cause.billed, error.cause.providerCode],
        [expected, retryable, billed, code],
      );
      if (status >= 400) assert.equal(error.cause.status, status);
      assert(error.message.includes(code));
    });
  }

  for (const [status, expected] of [
    [400, "FLUX_VALIDATION"],
    [401, "FLUX_AUTH"],
    [402, "FLUX_QUOTA"],
    [403, "FLUX_AUTH"],
    [429, "FLUX_RATE_LIMIT"],
    [500, "FLUX_PROVIDER"],
  ] as const) {
    it(`without a body is understood by its status ${status}`, async () => {
      const { client } = await connect(() => ({ status, text: "" }));
      assert.equal((await failureOf(client.submit(job(newId(), request()), always))).code, expected);
    });
  }

  describe("that names the task it is about", () => {
    const named = async (status: number, code: string, deliveryMethod: string) => {
      const { client } = await connect(({ tasks }) => ({
        status,
        json: { errors: tasks.map(({ taskUUID }) => ({ code, taskUUID })) },
      }));
      return failureOf(client.submit(job(newId(), request({ deliveryMethod })), always));
    };
    for (const [code, status, billed, billedSync] of [
      ["modelUnavailable", 200, "no", "no"],
      ["noAvailableServer", 503, "no", "no"],
      ["inferenceError", 500, "no", "unknown"],
      ["serviceUnavailable", 503, "no", "no"],
      ["providerTimeout", 504, "unknown", "unknown"],
      ["internalServerError", 500, "unknown", "unknown"],
    ] as const) {
      it(`${code} means that the task was not taken (billed: ${billed}; sync: ${billedSync}), and is this job's`, async () => {
        for (const [deliveryMethod, expected] of [
          ["async", billed],
          ["sync", billedSync],
        ] as const) {
          const { cause, scope } = await named(status, code, deliveryMethod);
          assert.deepEqual([cause.billed, cause.retryable, scope], [expected, true, "job"]);
        }
      });
    }

    for (const [code, status, scope] of [
      ["invalidSteps", 400, "job"],
      ["modelNotFound", 404, "job"],
      ["contentPolicyViolation", 400, "job"],
      ["somethingNew", 200, "job"],
      ["invalidApiKey", 401, "service"],
      ["insufficientCredits", 402, "service"],
      ["rateLimitExceeded", 429, "service"],
    ] as const) {
      it(`${code} concerns ${scope === "job" ? "this job" : "every job"}`, async () => {
        assert.equal((await named(status, code, "async")).scope, scope);
      });
    }
  });

  describe("that names no task", () => {
    for (const [code, status, scope] of [
      ["invalidSteps", 400, "job"],
      ["contentPolicyViolation", 400, "job"],
      ["modelUnavailable", 200, "service"],
      ["serviceUnavailable", 503, "service"],
      ["somethingNew", 200, "service"],
      ["forbidden", 403, "service"],
    ] as const) {
      it(`${code} concerns ${scope === "job" ? "this job" : "every job"}`, async () => {
        assert.equal((await refusal(status, { code })).scope, scope);
      });
    }

    for (const [name, answer] of Object.entries<Scripted>({
      "a gateway's page": { status: 502, text: "<html>" },
      "a page instead of JSON": { text: "<html>" },
      "a server that is not Runware": { status: 404, text: "<html>" },
      "a broken connection": { misbehave: "reset" },
    })) {
      it(`but is ${name} concerns every job, whether it is sent, waited for or looked up`, async () => {
        const { client } = await connect(() => answer);
        assert.equal((await failureOf(client.submit(job(newId(), request()), always))).scope, "service");
        assert.equal((await failureOf(client.find(job(newId(), 1), always))).scope, "service");
      });
    }
  });

  it("of an accepted job concerns this job", async () => {
    const { client } = await connect(({ tasks }) => ({
      json: { errors: tasks.map(({ taskUUID }) => ({ code: "inferenceError", taskUUID })) },
    }));
    assert.equal((await client.wait(job(newId(), 1), always)).errors[0]?.scope, "job");
  });

  it("tells where to look: the key", async () => {
    const { message } = await refusal(401, { code: "invalidApiKey", message: "Invalid API key" });
    assert.match(message, /^Runware refused the API key \(invalidApiKey, 401\)\. Check the key/);
  });

  it("names the parameter, and what would be accepted", async () => {
    const { cause, message } = await refusal(400, {
      code: "invalidWidth",
      parameter: "width",
      message: "Width is out of range.",
      min: 128,
      max: 2048,
      multiplier: 16,
    });
    assert.equal(cause.parameter, "width");
    assert.equal(cause.violations[0]?.allowed, "from 128 to 2048 in steps of 16");
    assert(message.includes("width") && message.includes("Width is out of range."));
  });

  it("names several parameters when the service does", async () => {
    const { cause } = await refusal(400, { code: "missingParameter", parameter: ["width", "height"], message: "both" });
    assert.equal(cause.parameter, "width, height");
  });

  it("hands on how long to wait", async () => {
    const { retryAfter } = await refusal(429, { code: "rateLimitExceeded" }, { "retry-after": "3" });
    assert.equal(retryAfter, 3000);
  });

  it("never repeats the prompt or the key, whole, cut or escaped", async () => {
    for (const echo of [
      `Invalid prompt: ${prompt}`,
      `Invalid prompt: ${prompt.slice(5, 40)}...`,
      `Invalid prompt: ${JSON.stringify({ positivePrompt: prompt.toUpperCase() })}`,
      `The key ${apiKey} is not known`,
    ]) {
      await refusal(400, { code: "invalidPrompt", message: echo });
    }
  });

  it("never repeats a prompt that stands where a code or a parameter's name should", async () => {
    for (const item of [{ code: prompt }, { code: "invalidParameter", parameter: [prompt, "seed"] }]) {
      const { message, cause } = await refusal(400, item);
      assert.doesNotMatch(JSON.stringify([message, cause]), /folded/);
    }
  });

  it("never repeats a sibling's prompt from an error about the whole POST", async () => {
    const { client } = await connect(() => ({ status: 500, json: { error: `cannot run ${prompt}` } }));
    const outcomes = [request({ positivePrompt: "something else entirely" }), request()].map((parameters) =>
      failureOf(client.submit(job(newId(), parameters), always)),
    );
    await Promise.all(outcomes);
  });

  it("survives answers that are hostile", async () => {
    for (const item of [
      { code: { toString: "x" }, message: ["x"], parameter: { a: 1 } },
      { code: "x".repeat(100_000), message: "y".repeat(100_000), parameter: Array(1000).fill("z") },
      { code: null, message: null, taskUUID: 7 },
      {},
    ]) {
      const error = await refusal(400, item);
      assert(JSON.stringify([error.message, error.cause]).length < 2000);
    }
  });

  it("from something that is not Runware points at the base URL", async () => {
    for (const status of [302, 404, 405]) {
      const { client } = await connect(() => ({ status, text: "<html>nginx</html>" }));
      const error = await failureOf(client.submit(job(newId(), request()), always));
      assert.deepEqual([error.code, error.cause.retryable], ["FLUX_CONFIG", false]);
      assert.match(error.message, /base URL/);
    }
  });
});

describe("an error code that nobody has seen", () => {
  it("is judged by the status", () => {
    assert.equal(familyOf("somethingNew", 400), "validation");
    assert.equal(familyOf("somethingNew", 503), "server");
    assert.equal(familyOf("somethingNew", 200), "unknown");
    assert.equal(familyOf(undefined, 429), "rate");
  });
});
