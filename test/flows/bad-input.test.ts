import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { withTimersHeld } from "../support/clock";
import { type Flow, type FlowOptions, type Outcome, startFlow, stopFlows } from "../support/flow";

const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const prompt = "a lighthouse at dusk";

interface BadInput {
  message: Record<string, unknown>;
  options?: FlowOptions;
  code: string;
  /** What the error has to say. */
  says: RegExp;
}

const node = (properties: Record<string, unknown>): FlowOptions => ({ node: properties });
const param = (path: string, value: string, type = "str"): FlowOptions => node({ params: { [path]: { type, value } } });
const KONTEXT = { type: "runware-flux-kontext" };

const BAD_INPUTS: Record<string, BadInput> = {
  "no account": { message: { payload: prompt }, options: { account: null }, code: "FLUX_CONFIG", says: /account/i },
  "an account that is disabled": {
    message: { payload: prompt },
    options: { account: { d: true } },
    code: "FLUX_CONFIG",
    says: /missing or disabled/,
  },
  "an account without a key": {
    message: { payload: prompt },
    options: { account: { environment: "production" }, apiKey: "" },
    code: "FLUX_CONFIG",
    says: /no Runware API key/,
  },
  "an account whose key would travel in the clear": {
    message: { payload: prompt },
    options: { account: { environment: "production", baseUrl: "http://example.test/v1" } },
    code: "FLUX_CONFIG",
    says: /https/,
  },
  "an account with settings that cannot be used": {
    message: { payload: prompt },
    options: { account: { concurrency: "many" } },
    code: "FLUX_CONFIG",
    says: /concurrency/,
  },
  "a proxy that does not exist": {
    message: { payload: prompt },
    options: { account: { environment: "production", proxy: "nowhere" } },
    code: "FLUX_CONFIG",
    says: /proxy/,
  },
  "a missing payload": { message: {}, code: "FLUX_VALIDATION", says: /Prompt from \(msg\.payload\)/ },
  "a number as payload": { message: { payload: 42 }, code: "FLUX_VALIDATION", says: /number/ },
  "an object as payload": { message: { payload: { text: "a cat" } }, code: "FLUX_VALIDATION", says: /object/ },
  "a prompt of 1 character": { message: { payload: "x" }, code: "FLUX_VALIDATION", says: /2/ },
  "a prompt of 3,001 characters": {
    message: { payload: "x".repeat(3001) },
    code: "FLUX_VALIDATION",
    says: /3[,.]?000/,
  },
  "a 100 MB payload": { message: { payload: "x".repeat(100_000_000) }, code: "FLUX_VALIDATION", says: /3[,.]?000/ },
  "a picture where the prompt should be (Buffer)": {
    message: { payload: PIXEL },
    code: "FLUX_VALIDATION",
    says: /Prompt from/,
  },
  "a picture where the prompt should be (data URI)": {
    message: { payload: `data:image/png;base64,${PIXEL.toString("base64")}` },
    code: "FLUX_VALIDATION",
    says: /Prompt from/,
  },
  "a picture where the prompt should be (URL)": {
    message: { payload: "https://im.runware.ai/image/ii/one.jpg" },
    code: "FLUX_VALIDATION",
    says: /Prompt from/,
  },
  "width without height": {
    message: { payload: prompt, flux: { width: 512 } },
    code: "FLUX_VALIDATION",
    says: /height/,
  },
  "a width of 1,000": {
    message: { payload: prompt, flux: { width: 1000, height: 512 } },
    code: "FLUX_VALIDATION",
    says: /width.*16/,
  },
  "0 steps": { message: { payload: prompt, flux: { steps: 0 } }, code: "FLUX_VALIDATION", says: /steps.*1.*50/ },
  "51 steps": { message: { payload: prompt, flux: { steps: 51 } }, code: "FLUX_VALIDATION", says: /steps.*1.*50/ },
  'steps "abc"': { message: { payload: prompt, flux: { steps: "abc" } }, code: "FLUX_VALIDATION", says: /steps/ },
  'steps "abc" in the dialog': {
    message: { payload: prompt },
    options: param("steps", "abc", "num"),
    code: "FLUX_VALIDATION",
    says: /steps/,
  },
  "28.5 steps": { message: { payload: prompt, flux: { steps: 28.5 } }, code: "FLUX_VALIDATION", says: /steps/ },
  "an unknown scheduler": {
    message: { payload: prompt, flux: { scheduler: "Eulr" } },
    code: "FLUX_VALIDATION",
    says: /Euler/,
  },
  "an unknown parameter": {
    message: { payload: prompt, flux: { stepps: 20 } },
    code: "FLUX_VALIDATION",
    says: /stepps.*steps/,
  },
  "ControlNet given to Kontext": {
    message: { payload: prompt, flux: { controlNet: [{ model: "runware:25@1", guideImage: PIXEL }] } },
    options: node(KONTEXT),
    code: "FLUX_VALIDATION",
    says: /Kontext.*controlNet|controlNet.*Kontext/,
  },
  'an image parameter "hello world"': {
    message: { payload: prompt, flux: { seedImage: "hello world" } },
    code: "FLUX_VALIDATION",
    says: /seedImage/,
  },
  "an image parameter that is a path": {
    message: { payload: prompt, flux: { seedImage: "/etc/passwd" } },
    code: "FLUX_VALIDATION",
    says: /seedImage/,
  },
  "a Buffer that is no image": {
    message: { payload: prompt, flux: { inputs: { seedImage: Buffer.from("no picture at all") } } },
    code: "FLUX_VALIDATION",
    says: /seedImage/,
  },
  "an input image that the message lacks": {
    message: { payload: prompt },
    options: node({ imageFrom: { type: "msg", value: "picture" } }),
    code: "FLUX_VALIDATION",
    says: /Image from \(msg\.picture\)/,
  },
  "__proto__ in msg.flux": {
    message: { payload: prompt, flux: JSON.parse('{"__proto__": {"steps": 1}}') },
    code: "FLUX_VALIDATION",
    says: /__proto__/,
  },
  "constructor.prototype in msg.flux": {
    message: { payload: prompt, flux: { constructor: { prototype: { polluted: true } } } },
    code: "FLUX_VALIDATION",
    says: /constructor/,
  },
  "msg.flux that is a string": {
    message: { payload: prompt, flux: "steps=3" },
    code: "FLUX_VALIDATION",
    says: /msg\.flux/,
  },
  "jsonata that throws": {
    message: { payload: prompt },
    options: param("steps", '$error("no steps today")', "jsonata"),
    code: "FLUX_VALIDATION",
    says: /steps.*no steps today/,
  },
  "jsonata that cannot be read": {
    message: { payload: prompt },
    options: param("steps", "((", "jsonata"),
    code: "FLUX_VALIDATION",
    says: /steps/,
  },
  "jsonata that quotes the prompt in its error": {
    message: { payload: prompt },
    options: param("steps", "$number(payload)", "jsonata"),
    code: "FLUX_VALIDATION",
    says: /steps.*JSONata stopped with error D3030/,
  },
  "a setting from a variable that the environment does not have": {
    message: { payload: prompt },
    options: { account: { timeout: "${FLUX_TEST_NO_SUCH_VARIABLE}" } },
    code: "FLUX_CONFIG",
    says: /The account node.*timeout names the variable FLUX_TEST_NO_SUCH_VARIABLE/,
  },
  "a setting that is not one of its choices": {
    message: { payload: prompt },
    options: node({ output: "jpeg" }),
    code: "FLUX_CONFIG",
    says: /This node.*output is "jpeg", but must be one of url, buffer, base64, dataURI/,
  },
  "another model's identifier": {
    message: { payload: prompt, flux: { model: "runware:100@1" } },
    code: "FLUX_VALIDATION",
    says: /model/,
  },
};

function assertRefused(outcome: Outcome, { code, says, message }: BadInput): void {
  assert.equal(outcome.messages.length, 0, "nothing leaves the node");
  const error = outcome.caught?.error;
  assert.ok(error, "Catch gets the message");
  assert.equal(error.code, code, error.message);
  assert.match(error.message, says);
  assert.deepEqual([error.cause.billed, error.cause.retryable], ["no", false]);
  assert.ok(outcome.caught && "payload" in message === "payload" in outcome.caught, "the message is as it came");
  assert.doesNotMatch(error.message, /lighthouse/, "the prompt is not in the error");
}

describe("bad input", () => {
  let flow: Flow;
  afterEach(stopFlows);

  for (const [name, input] of Object.entries(BAD_INPUTS)) {
    it(`${name}: is a clear error at Catch, and nothing is sent or paid`, async () => {
      flow = await startFlow(input.options);
      const outcome = await flow.send(input.message);
      assertRefused(outcome, input);
      assert.equal(flow.sandbox.ledger.calls("imageInference"), 0);
    });
  }

  it("a key that the service refuses is an error that says so, and costs nothing", async () => {
    flow = await startFlow({ apiKey: "bad-key" });
    const { caught } = await flow.send({ payload: prompt });
    assert.equal(caught?.error.code, "FLUX_AUTH");
    assert.equal(caught?.error.cause.billed, "no");
    assert.doesNotMatch(JSON.stringify(caught), /bad-key/);
    assert.equal(flow.sandbox.balance, flow.sandbox.settings.balance);
  });

  for (const [what, payload] of [
    ["a promise that is never kept", new Promise(() => {})],
    ["a promise of a prompt", Promise.resolve(prompt)],
    // biome-ignore lint/suspicious/noThenProperty: it is what this one is about.
    ["what only looks like a promise", { then: () => assert.fail("called") }],
  ] as const) {
    it(`${what} as payload is refused, and the messages behind it go on`, async () => {
      flow = await startFlow();
      const [first, second] = await Promise.all([flow.send({ payload }), flow.send({ payload: prompt })]);
      assert.match(String(first.caught?.error.message), /Prompt from \(msg\.payload\) holds an object/);
      assert.equal(second.messages.length, 1);
    });
  }

  it("jsonata that never ends is refused after half a minute, and the node works on", async () => {
    flow = await startFlow(param("steps", "picture ? 20 : 10", "jsonata"));
    await withTimersHeld(30_000, async (passTime) => {
      const first = flow.send({ payload: prompt, picture: new Promise(() => {}) });
      while (passTime() === 0) await turn();
      const second = flow.send({ payload: prompt });
      assert.match(String((await first).caught?.error.message), /steps.*no value after 30 s/);
      assert.equal((await second).messages.length, 1);
    });
  });

  it("several mistakes are all named at once", async () => {
    flow = await startFlow();
    const { caught } = await flow.send({ payload: "x", flux: { steps: 0, width: 1000, colour: "red" } });
    const named = caught?.error.cause.violations.map(({ parameter }) => parameter) ?? [];
    for (const parameter of ["positivePrompt", "steps", "width", "height", "colour"]) {
      assert.ok(
        named.some((name) => name.includes(parameter)) || caught?.error.message.includes(parameter),
        `${parameter} is named in ${caught?.error.message}`,
      );
    }
  });

  it("after bad input the node works on", async () => {
    flow = await startFlow();
    await flow.send({ payload: 42 });
    const { messages, caught } = await flow.send({ payload: prompt });
    assert.equal(caught, undefined);
    assert.equal(messages.length, 1);
  });

  it("a msg.resume that cannot be read a second time does not end Node-RED", async () => {
    flow = await startFlow();
    let reads = 0;
    const trap = {
      get depth(): number {
        reads += 1;
        if (reads > 1) throw new Error("a trap");
        return reads;
      },
    };
    const ended = flow.nextStatus(({ text }) => String(text).includes("FLUX_OUTCOME_UNKNOWN"));
    flow.receive({ resume: { id: crypto.randomUUID(), request: { trap } } });
    await ended;
    const { messages } = await flow.send({ payload: prompt });
    assert.equal(messages.length, 1);
  });
});
