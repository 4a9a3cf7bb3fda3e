import assert from "node:assert/strict";
import type { FluxError } from "../../lib/errors";
import { always, apiKey, connect, disconnectAll, failureOf, prompt, requestId, task } from "./client";

/** The error of a submit that is answered so. */
async function refusal(
  status: number,
  body: object | string,
  headers: Record<string, string> = {},
): Promise<FluxError> {
  const answer = typeof body === "string" ? { status, headers, text: body } : { status, headers, json: body };
  const { client } = await connect({ submit: answer });
  return failureOf(client.submit(task({ image_url: "https://bucket.example/in.png?signature=abc" }), always));
}

const detail = (...items: object[]) => ({ detail: items });

describe("an error of fal", () => {
  afterEach(disconnectAll);

  const violations: [object, string | undefined, string, string | undefined][] = [
    [{ loc: ["body", "prompt"], type: "missing" }, "prompt", "prompt is missing.", undefined],
    [
      { loc: ["body", "image_size", "width"], type: "greater_than", ctx: { gt: 0 } },
      "image_size.width",
      "image_size.width must be more than 0.",
      "more than 0",
    ],
    [
      { loc: ["body", "image_size", "ImageSize", "height"], type: "less_than_equal", ctx: { le: 14142 } },
      "image_size.height",
      "image_size.height must be at most 14142.",
      "up to 14142",
    ],
    [
      { loc: ["body", "guidance_scale"], type: "greater_than_equal", ctx: { ge: 1 } },
      "guidance_scale",
      "guidance_scale must be at least 1.",
      "from 1",
    ],
    [
      { loc: ["body", "strength"], type: "less_than", ctx: { lt: 1.5 } },
      "strength",
      "strength must be less than 1.5.",
      "less than 1.5",
    ],
    [
      { loc: ["body", "loras", 2, "scale"], type: "multiple_of", ctx: { multiple_of: 0.5 } },
      "loras[2].scale",
      "loras[2].scale must be a multiple of 0.5.",
      "multiples of 0.5",
    ],
    [
      { loc: ["body", "output_format"], type: "literal_error", ctx: { expected: "'jpeg' or 'png'" } },
      "output_format",
      "output_format must be one of jpeg, png.",
      "jpeg, png",
    ],
    [
      { loc: ["body", "acceleration"], type: "one_of", ctx: { expected: ["none", "regular", "high"] } },
      "acceleration",
      "acceleration must be one of none, regular, high.",
      "none, regular, high",
    ],
    [{ loc: ["body", "seed"], type: "int_parsing" }, "seed", "seed is not a whole number.", undefined],
    [{ loc: ["body", "x"], type: "extra_forbidden" }, "x", "x is not a parameter of this model.", undefined],
    [
      { loc: ["body", "image_url"], type: "image_too_small", ctx: { min_width: 64, min_height: 32 } },
      "image_url",
      "image_url is too small: at least 64 x 32 pixels are needed.",
      "at least 64 x 32 pixels",
    ],
    [
      { loc: ["body"], type: "file_too_large", ctx: { max_size: 52428800 } },
      "image_url",
      "image_url is too large: fal takes up to 50 MB.",
      "up to 50 MB",
    ],
    [
      { type: "image_load_error" },
      "image_url",
      "image_url cannot be read as a picture: use JPEG, PNG or WEBP.",
      undefined,
    ],
    [
      { loc: ["body", "guidance_scale"], type: "less_than_equal", ctx: { le: "<b>" } },
      "guidance_scale",
      "guidance_scale is out of range.",
      undefined,
    ],
    [
      { loc: ["body", "steps"], type: "new_type", msg: "Steps are odd" },
      "steps",
      'steps was refused (new_type). fal says: "Steps are odd"',
      undefined,
    ],
    [{ loc: ["body", "steps"], type: "constructor" }, "steps", "steps was refused (constructor).", undefined],
  ];
  for (const [item, parameter, message, allowed] of violations) {
    it(`in ${JSON.stringify(item)} is told in words`, async () => {
      const { code, cause, message: whole } = await refusal(422, detail({ ...item, input: prompt }));
      assert.equal(code, "FLUX_VALIDATION");
      assert.equal(cause.parameter, parameter);
      assert.deepEqual(cause.violations, [{ parameter, message, ...(allowed !== undefined && { allowed }) }]);
      assert(whole.includes(message), whole);
      assert.equal(cause.providerCode, (item as { type: string }).type);
      assert.deepEqual([cause.status, cause.billed, cause.retryable], [422, "no", false]);
    });
  }

  it("tells every parameter that is wrong", async () => {
    const { message, cause } = await refusal(
      422,
      detail(
        { loc: ["body", "num_images"], type: "less_than_equal", ctx: { le: 4 } },
        { loc: ["body", "num_inference_steps"], type: "greater_than_equal", ctx: { ge: 10 } },
      ),
    );
    assert.deepEqual(
      cause.violations.map(({ parameter }) => parameter),
      ["num_images", "num_inference_steps"],
    );
    assert.match(message, /num_images must be at most 4\. num_inference_steps must be at least 10\./);
  });

  it("about content is FLUX_CONTENT_POLICY, wherever it stands in the list", async () => {
    const { code, cause, scope } = await refusal(
      422,
      detail(
        { loc: ["body", "seed"], type: "int_type" },
        { loc: ["body", "prompt"], type: "content_policy_violation", msg: prompt, input: prompt },
      ),
    );
    assert.deepEqual([code, scope, cause.retryable], ["FLUX_CONTENT_POLICY", "job", false]);
  });

  for (const [status, body, headers, code, scope] of [
    [401, { detail: "Invalid" }, {}, "FLUX_AUTH", "service"],
    [403, { detail: "Forbidden" }, {}, "FLUX_AUTH", "service"],
    [403, { detail: "User is locked. Reason: Exhausted balance." }, {}, "FLUX_QUOTA", "service"],
    [402, {}, {}, "FLUX_QUOTA", "service"],
    [404, { detail: "Application 'flux' not found" }, {}, "FLUX_CONFIG", "service"],
    [405, { detail: "Method Not Allowed" }, {}, "FLUX_CONFIG", "service"],
    [413, {}, {}, "FLUX_VALIDATION", "job"],
    [422, { detail: "x", error_type: "bad_request" }, {}, "FLUX_VALIDATION", "job"],
    [422, { detail: "x", error_type: "file_download_error" }, {}, "FLUX_VALIDATION", "job"],
    [422, { detail: "x" }, { "x-fal-error-type": "content_policy_violation" }, "FLUX_CONTENT_POLICY", "job"],
    [429, { detail: "x", error_type: "request_timeout" }, {}, "FLUX_RATE_LIMIT", "service"],
    [500, { detail: "x", error_type: "internal_error" }, {}, "FLUX_PROVIDER", "service"],
    [503, { detail: "x", error_type: "runner_connection_timeout" }, {}, "FLUX_PROVIDER", "service"],
    [504, { detail: "x" }, { "x-fal-error-type": "startup_timeout" }, "FLUX_TIMEOUT", "service"],
    [499, { detail: "x", error_type: "client_cancelled" }, {}, "FLUX_CANCELLED", "service"],
    [418, {}, {}, "FLUX_VALIDATION", "job"],
  ] as const) {
    it(`${status} ${JSON.stringify(body)} ${Object.values(headers).join()} is ${code}`, async () => {
      const error = await refusal(status, body, { "x-fal-request-id": requestId, ...headers });
      assert.deepEqual([error.code, error.scope, error.cause.status], [code, scope, status]);
      assert.equal(error.cause.requestId, requestId);
      const type = "error_type" in body ? body.error_type : Object.values<string | undefined>(headers)[0];
      if (type !== undefined) assert.equal(error.cause.providerCode, type);
    });
  }

  it("about a locked account says what to do", async () => {
    const { message } = await refusal(403, {
      detail: "User is locked. Reason: Exhausted balance. Top up your balance.",
    });
    assert.match(message, /Top it up in the billing section/);
    assert.match(message, /fal says: "User is locked\. Reason: Exhausted balance\. /);
  });

  it("names image_url when all that fal says is that the picture cannot be used", async () => {
    const { cause } = await refusal(422, { detail: "Failed", error_type: "image_load_error" });
    assert.deepEqual([cause.parameter, cause.violations[0]?.parameter], ["image_url", "image_url"]);
  });

  it("repeats what fal says, but no address, key or picture", async () => {
    const { message } = await refusal(400, {
      detail: `Cannot use https://bucket.example/in.png?signature=abc with ${apiKey} and data:image/png;base64,AAAA`,
    });
    assert.match(message, /fal says: "Cannot use \[address\] with \[key\] and \[data\]"/);
  });

  for (const echo of [prompt, prompt.toUpperCase(), `"${prompt.slice(8, 40)}"`, JSON.stringify({ prompt })]) {
    it(`never repeats the prompt: ${echo.slice(0, 20)}...`, async () => {
      for (const body of [
        { detail: echo },
        { detail: [{ loc: ["body", "prompt"], msg: echo, type: "strange", input: echo, ctx: { error: echo } }] },
        { detail: [{ loc: ["body", echo], msg: "x", type: echo }] },
        { error: echo, message: echo, error_type: echo },
        `<html>${echo}</html>`,
      ]) {
        const { message, cause } = await refusal(422, body, { "x-fal-error-type": "a b", "x-fal-request-id": "a b" });
        assert.doesNotMatch(JSON.stringify([message, cause]).toLowerCase(), /newspaper|heron/);
      }
    });
  }

  for (const body of [
    "",
    "<html><body>Bad</body></html>",
    "[]",
    "null",
    '"text"',
    '{"detail":',
    '{"detail":null}',
    '{"detail":{"a":1}}',
    '{"detail":[null,7,"x",[],{}]}',
    '{"detail":[{"loc":"body","type":7,"ctx":[],"msg":{}}]}',
    '{"detail":[{"loc":[{},[],-1,null,"__proto__"],"type":"greater_than","ctx":{"gt":{}}}]}',
    '{"__proto__":{"detail":"x"},"constructor":"x"}',
    JSON.stringify({ detail: Array(10_000).fill({ loc: ["body", "x"], type: "missing" }) }),
    JSON.stringify({ detail: "x ".repeat(100_000) }),
  ]) {
    it(`is brief and sound, whatever fal sends: ${body.slice(0, 60)}`, async () => {
      const error = await refusal(400, body);
      assert.equal(error.code, "FLUX_VALIDATION");
      assert(JSON.stringify([error.message, error.cause]).length < 4000);
      assert.equal(({} as Record<string, unknown>).detail, undefined);
    });
  }
});
